#!/usr/bin/env bash
# Builds the image and tries it, read-only and without capabilities. Not part of `npm test`: it takes minutes and
# 2 GB below $TMPDIR, which it removes.
#
#   tests/container/run.sh
#
# It uses a Docker engine if one answers. Otherwise it needs root on Debian, `npm ci` run here, and
#
#   apt-get install buildah podman runc mmdebstrap
#
# and asks no image registry: a stand-in for node:24-bookworm-slim is made of Debian's packages, from the mirror in
# apt's own sources, and of the Node and npm of this machine.
#
#   ENGINE=docker|podman       which of the two, instead of looking
#   NODE_EXTRA_CA_CERTS=FILE   certificates that npm needs for the registry while the image is built (podman only)
#   KEEP=1                     keeps the scratch directory and prints its name
set -euo pipefail
cd "$(dirname "$0")/../.."

scratch=$(mktemp -d "${TMPDIR:-/tmp}/ripline-container.XXXXXX")
base=docker.io/library/node:24-bookworm-slim
image=ripline-test
containers=()
passed=0
failed=0

exec 3>&2
finish() {
  if [[ -e $scratch/log ]]; then tail -n 40 "$scratch/log" >&3; fi
  for name in "${containers[@]}"; do engine rm --force "$name" >/dev/null 2>&1 || true; done
  if [[ ${ENGINE-} = docker ]]; then docker image rm "$image" "$image-child" >/dev/null 2>&1 || true; fi
  if [[ ${KEEP-} ]]; then echo "kept: $scratch"; else rm -rf --one-file-system "$scratch"; fi
}
trap finish EXIT

# --- with Docker, or without an engine -------------------------------------------------------------------------------

if [[ -z ${ENGINE-} ]]; then
  if docker version >/dev/null 2>&1; then ENGINE=docker; else ENGINE=podman; fi
fi

engine() {
  if [[ $ENGINE = docker ]]; then docker "$@"; else podman --cgroup-manager cgroupfs --runtime runc "$@"; fi
}

# Says nothing unless it fails. (Not `"$@" || …`, within which bash would overlook errors.)
logged() { # COMMAND…
  "$@" >"$scratch/log" 2>&1
  rm "$scratch/log"
}

build() { # TAG DIRECTORY [ARGUMENT…]
  local tag=$1 directory=$2
  shift 2
  if [[ $ENGINE = docker ]]; then
    docker build --tag "$tag" "$@" "$directory"
  else
    # Without --format docker the health check is dropped.
    buildah bud --pull=never --layers=false --format docker \
      --volume "$scratch/npmrc:/root/.npmrc:ro" --volume "$scratch/ca.crt:/run/ca.crt:ro" \
      --tag "$tag" "$@" "$directory"
  fi
}

prepare_podman() {
  for program in buildah podman runc mmdebstrap; do
    type "$program" >/dev/null || { echo "$program is missing: see the top of $0" >&2; exit 1; }
  done
  # Layers are copied, which works on any file system, and nothing is kept outside the scratch directory.
  export STORAGE_DRIVER=vfs BUILDAH_ISOLATION=chroot
  export CONTAINERS_STORAGE_CONF=$scratch/storage.conf CONTAINERS_CONF=$scratch/containers.conf
  printf '[storage]\ndriver = "vfs"\ngraphroot = "%s"\nrunroot = "%s"\n' \
    "$scratch/graph" "$scratch/run" >"$CONTAINERS_STORAGE_CONF"
  printf '[engine]\ntmp_dir = "%s"\n' "$scratch/tmp" >"$CONTAINERS_CONF"

  # Only seen while the image is built, so that it is the same as elsewhere.
  cat "${NODE_EXTRA_CA_CERTS:-/dev/null}" >"$scratch/ca.crt"
  npm config get registry 2>/dev/null | sed 's/^/registry=/' >"$scratch/npmrc"
  if [[ -s $scratch/ca.crt ]]; then echo cafile=/run/ca.crt >>"$scratch/npmrc"; fi

  logged make_base
}

# What Docker's official image has: minimal Debian without manuals, Node, npm, and the user node.
make_base() {
  local mirror node npm container root
  mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Identifier: Packages' 'Origin: Debian' | head -n 1)
  node=node_modules/node/bin/node
  npm=$(npm root --global 2>/dev/null)/npm
  [[ $mirror ]] || { echo 'apt knows no Debian mirror: is this Debian, and did apt-get update run?' >&2; exit 1; }
  [[ -x $node ]] || { echo 'run npm ci first' >&2; exit 1; }
  mmdebstrap --quiet --variant=minbase --hook-dir=/usr/share/mmdebstrap/hooks/maybe-merged-usr \
    --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-exclude=/usr/share/man/*' \
    --dpkgopt='path-exclude=/usr/share/locale/*' \
    bookworm "$scratch/debian.tar" "$mirror"
  container=$(buildah from scratch)
  buildah add --quiet "$container" "$scratch/debian.tar" / >/dev/null
  rm "$scratch/debian.tar"
  root=$(buildah mount "$container")
  install "$node" "$root/usr/local/bin/node"
  mkdir -p "$root/usr/local/lib/node_modules"
  cp -r "$npm" "$root/usr/local/lib/node_modules/npm"
  ln -s ../lib/node_modules/npm/bin/npm-cli.js "$root/usr/local/bin/npm"
  ln -s ../lib/node_modules/npm/bin/npx-cli.js "$root/usr/local/bin/npx"
  buildah run "$container" -- useradd --uid 1000 --user-group --create-home node
  # Like the official image's, both to be replaced by ours.
  buildah config --entrypoint '["docker-entrypoint.sh"]' --cmd node "$container"
  buildah umount "$container" >/dev/null
  buildah commit --quiet --format docker --rm "$container" "$base" >/dev/null
}

# --- running it ------------------------------------------------------------------------------------------------------

strict=(--read-only --cap-drop all --security-opt no-new-privileges)
sandbox=()
if [[ $ENGINE = podman ]]; then
  # Neither a bridge, nor the usual limits, nor systemd's timers for the health check are everywhere to be had.
  sandbox=(--network host --read-only-tmpfs=false --no-healthcheck --log-driver k8s-file
    --ulimit nofile=1024:1024 --ulimit nproc=1024:1024)
fi

free_port() {
  node -e 'const s = require("net").createServer().listen(0, "127.0.0.1", () => { console.log(s.address().port); s.close() })'
}

start() { # NAME [OPTION…] [-- ARGUMENT…]: sets $name, $port and $url, and waits until it answers
  local options=() publish=()
  name=ripline-test-$$-$1
  shift
  while (($#)) && [[ $1 != -- ]]; do options+=("$1"); shift; done
  shift || true
  port=$(free_port)
  url=http://127.0.0.1:$port
  if [[ $ENGINE = docker ]]; then publish=(--publish "127.0.0.1:$port:$port"); fi
  containers+=("$name")
  engine run --detach --name "$name" "${strict[@]}" "${sandbox[@]}" "${publish[@]}" --env "PORT=$port" \
    "${options[@]}" "${tag:-$image}" "$@" >/dev/null
  [[ ${until_ready-yes} ]] || return 0
  for _ in {1..100}; do
    curl --silent --output /dev/null "$url/" && return
    sleep 0.1
  done
  engine logs "$name" >&2
}

inside() { engine exec "$name" "$@"; }

search() { # TEXT: the answer, once there is a catalog
  for _ in {1..50}; do
    curl --silent --output /dev/null --fail "$url${path-}/readyz" && break
    sleep 0.1
  done
  curl --silent --fail --get --data-urlencode "q=$1" "$url${path-}/api/search" >"$scratch/answer"
}
finds() { search "$1" && grep --quiet --fixed-strings "\"repository\":\"$2\"" "$scratch/answer"; } # TEXT REPOSITORY
misses() { search "$1" && grep --quiet '"matchingLines":0,' "$scratch/answer"; }                    # TEXT

status_is() { [[ $(curl --silent --output /dev/null --write-out '%{http_code}' "$url$2") = "$1" ]]; }

healthy() { # [OPTION…]: runs the image's own health check
  local test
  readarray -d '' -t test < <(
    engine image inspect "$image" | node -e '
      const [{ Config, HealthCheck, Healthcheck }] = JSON.parse(require("fs").readFileSync(0))
      const { Test = [] } = Config.Healthcheck ?? Healthcheck ?? HealthCheck ?? {}
      process.stdout.write(Test.slice(1).map((word) => word + "\0").join(""))'
  )
  ((${#test[@]})) && engine exec "$@" "$name" "${test[@]}"
}

stops() { # within two seconds, with exit code 0
  local began milliseconds code
  began=$(date +%s%N)
  engine stop --time 10 "$name" >/dev/null
  milliseconds=$((($(date +%s%N) - began) / 1000000))
  code=$(engine inspect --format '{{.State.ExitCode}}' "$name")
  echo "     stopped after $milliseconds ms, the engine's own time included, with code $code"
  [[ $code = 0 ]] && ((milliseconds < 2000))
}

check() { # NAME COMMAND…
  local what=$1
  shift
  if "$@"; then
    passed=$((passed + 1))
    echo "ok   $what"
  else
    failed=$((failed + 1))
    echo "FAIL $what"
  fi
}

not() { ! "$@"; }

# --- the checks ------------------------------------------------------------------------------------------------------

if [[ $ENGINE = podman ]]; then prepare_podman; fi
version=$(node -p 'require("./package.json").version')
logged build "$image" . --build-arg "VERSION=$version" \
  --build-arg "REVISION=$(git rev-parse HEAD 2>/dev/null || echo unknown)"
size() { engine image inspect --format '{{.Size}}' "$1" | awk '{ printf "%.0f MB", $1 / 1e6 }'; }
echo "the image has $(size "$image")$([[ $ENGINE = docker ]] || echo ", $(size "$base") of them the base")"

# A line of the demo corpus, to be found while it is served and only then.
demo=$(grep --max-count 1 '[a-z]' corpus/handbook/README.md)

start demo
check 'GET / answers 200' status_is 200 /
check 'a search in the demo corpus finds a line' finds "$demo" handbook
listens_everywhere() { engine logs "$name" | grep --quiet --fixed-strings "http://0.0.0.0:$port/"; }
check 'it listens on $PORT, for everyone' listens_everywhere
identity() {
  local command status
  command=$(inside cat /proc/1/cmdline | tr '\0' ' ')
  status=$(inside cat /proc/1/status)
  [[ $command = 'tini -- node /app/dist/bin.js '* ]] && grep --quiet $'^Uid:\t1000\t1000' <<<"$status" &&
    grep --quiet $'^CapBnd:\t0*$' <<<"$status"
}
check 'the process is not root, and has no capabilities' identity
check 'nothing can be written' not inside sh -c 'touch /tmp/x || touch /app/x || touch /home/node/x' 2>/dev/null
check 'the health check succeeds' healthy
check 'the health check fails where nothing listens' not healthy --env PORT=1
check 'setpriv and prlimit, which bound ripgrep, are inside' inside test -x /usr/bin/setpriv -a -x /usr/bin/prlimit
contents() { [[ $(inside ls -A /app | sort | xargs) = 'LICENSE corpus dist node_modules package.json views' ]]; }
check 'it holds the program, and neither sources nor tests' contents
# Every package that the lock file calls dev, looked for inside.
no_dev_dependencies() {
  node -p 'Object.entries(require("./package-lock.json").packages).filter(([, p]) => p.dev || p.devOptional).map(([path]) => path).join("\n")' |
    engine exec --interactive "$name" sh -c 'while read -r path; do [ ! -e "/app/$path" ] || { echo "     $path"; exit 1; }; done'
}
check 'no dev dependency is inside' no_dev_dependencies
check 'SIGTERM ends it within 2 s with code 0' stops

stops_early() {
  until_ready='' start early
  sleep 0.1
  stops
}
check 'so it does while it starts' stops_early

# A checkout of somebody else's, with much to be found in it.
mounted=$scratch/mounted
mkdir -p "$mounted/.git" "$mounted/many"
echo 'the heron waits' >"$mounted/heron.txt"
echo secret >"$mounted/.git/config"
for i in {1..40}; do
  yes 'a heron on every line' | head --bytes 1000000 >"$mounted/many/$i" || true
done
chmod -R go=rX "$mounted"
chown -R 4321:4321 "$mounted" 2>/dev/null || true

path=/code
start mounted --volume "$mounted:/corpus:ro" --env RIPLINE_BASE_PATH=code/ -- \
  --max-seconds 60 --max-lines 100000 --max-lines-per-file 100000 --max-reply-bytes 1000000000
check 'a mounted directory is served, options or not' finds 'the heron waits' corpus
check 'instead of the demo corpus' misses "$demo"
check 'the base path is honoured' status_is 200 /code/
check 'by the health check too' healthy
stops_while_searching() {
  local searching
  # A reader so slow that the search has to wait for it.
  curl --silent --limit-rate 50k --output "$scratch/answer" "$url$path/api/search?q=a&limit=100000" &
  sleep 1
  searching=$(inside sh -c 'cat /proc/[0-9]*/cmdline' | tr '\0' '\n' | grep --count '/bin/rg$' || true)
  echo "     $searching ripgrep processes at work"
  stops && ((searching > 0))
}
check 'SIGTERM ends it within 2 s while it searches' stops_while_searching
path=

mkdir "$scratch/empty"
start empty --volume "$scratch/empty:/corpus:ro"
check 'an empty mounted directory is served as it is' misses "$demo"
check 'and answers' status_is 200 /

rm -rf "${mounted:?}/many"
start named --volume "$mounted:/else:ro" --volume "$scratch/empty:/corpus:ro" -- birds=/else
check 'a directory named by argument is served' finds 'the heron waits' birds

mkdir "$scratch/child"
cp -r "$mounted" "$scratch/child/here"
printf 'FROM %s\nCOPY . /corpus\n' "$image" >"$scratch/child/here/Dockerfile"
logged build "$image-child" "$scratch/child/here"
tag=$image-child start child
check 'two lines put a corpus into an image' finds 'the heron waits' corpus
check 'which does not hold the demo corpus' misses "$demo"
check 'nor shows .git' status_is 404 /view/corpus/.git/config

prints_version() { [[ $(engine run --rm "${strict[@]}" "${sandbox[@]}" "$image" --version) = "ripline $version" ]]; }
check 'arguments reach it' prints_version

echo "$passed passed, $failed failed"
((failed == 0))
