# ripline as a container.
#
#   docker build -t ripline .
#   docker run -p 8080:8080 ripline                                     the demo corpus
#   docker run -p 8080:8080 -v ~/src:/corpus:ro --read-only ripline     a directory of this machine
#   FROM ripline
#   COPY . /corpus                                                      code inside an image of its own
#   RUN ["node", "/app/dist/bin.js", "index"]                           and its index; else it is made at each start
#
# Settings are arguments (docker run ripline --help lists them) or variables; set the port and the base path with
# PORT and RIPLINE_BASE_PATH, which the health check reads too. What is copied must be readable by user 1000.
# git is for what is shown of revisions, and for --hidden; without it everything else works.

FROM node:24-bookworm-slim AS base
WORKDIR /app

FROM base AS dependencies
COPY package.json package-lock.json ./
RUN npm ci --omit=dev --ignore-scripts --no-audit --no-fund

FROM base AS build
COPY package.json package-lock.json ./
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY tsconfig.json ./
COPY src src
RUN npm run build
COPY views views
COPY corpus corpus
COPY LICENSE ./
# A checkout made under a strict umask would be unreadable for the user below.
RUN chmod -R a+rX dist views corpus package.json LICENSE

FROM base
# As a container's first process node would never see a signal that comes before it has begun to listen for them.
RUN apt-get update && apt-get install -y --no-install-recommends git tini && rm -rf /var/lib/apt/lists/* /var/cache/apt/*
# /app/corpus is the demo, which is served while there is no /corpus. One that is mounted or copied there is served
# alone: the two never mix.
COPY --from=dependencies /app/node_modules node_modules
COPY --from=build /app/package.json /app/LICENSE ./
COPY --from=build /app/corpus corpus
COPY --from=build /app/views views
COPY --from=build /app/dist dist

# The index; where it cannot be written, as with --read-only and no volume here, every search reads the files.
RUN mkdir -p /var/cache/ripline && chown 1000:1000 /var/cache/ripline

ENV NODE_ENV=production RIPLINE_HOST=0.0.0.0 RIPLINE_PUBLIC=1 RIPLINE_CORPUS=/corpus \
    RIPLINE_CACHE=/var/cache/ripline RIPLINE_LOG=requests
EXPOSE 8080
USER 1000:1000

HEALTHCHECK --interval=30s --timeout=5s --start-period=20s CMD ["node", "-e", "\
  const { PORT, RIPLINE_PORT, RIPLINE_BASE_PATH = '' } = process.env; \
  const path = [...RIPLINE_BASE_PATH.split('/').filter(Boolean), 'healthz'].join('/'); \
  fetch('http://127.0.0.1:' + (RIPLINE_PORT || PORT || 8080) + '/' + path) \
    .then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]

ENTRYPOINT ["tini", "--", "node", "/app/dist/bin.js"]

ARG VERSION=unreleased
ARG REVISION=unknown
LABEL org.opencontainers.image.title="ripline" \
      org.opencontainers.image.description="Web code search built on ripgrep" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="$VERSION" \
      org.opencontainers.image.revision="$REVISION" \
      org.opencontainers.image.base.name="docker.io/library/node:24-bookworm-slim"
