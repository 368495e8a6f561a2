// The class of a file, by its path alone: what people read first, and what they rarely mean to find.
// A wrong class costs a file its place among the results, never the file.
//
// The model for vendored and generated files is Linguist (vendor.yml, generated.rb), narrowed to the
// names that leave little doubt. No expression repeats without a bound, and so each takes time linear
// in the path.

/** Classes in the order in which people like to read: sources first. */
export const pathClasses = ['source', 'test', 'vendored', 'generated', 'minified'] as const
export type PathClass = (typeof pathClasses)[number]

/**
 * The class of the file at `path`, which is relative to its repository and has `/` between its
 * parts. Where several classes fit, it is the last of them: a test of a vendored library is vendored.
 */
export function classOf(path: string): PathClass {
  const nameStart = path.lastIndexOf('/') + 1
  const name = path.slice(nameStart)
  const lowerName = name.toLowerCase()
  let found = classOfName(name, lowerName)
  // What Django and Rust call the tests of one part; at the root it may be anything.
  if (nameStart > 0 && (lowerName === 'tests.py' || lowerName === 'tests.rs')) found = 'test'
  // Linux has its test programs there; a directory of that name is elsewhere often a library.
  if (path.startsWith('tools/testing/')) found = later(found, 'test')
  for (let start = 0; start < nameStart; ) {
    const end = path.indexOf('/', start)
    found = later(found, classOfDirectory(path.slice(start, end), start === 0, lowerName))
    start = end + 1
  }
  return found
}

/** @param name the file's, for directories that say something of some of their files only */
function classOfDirectory(directory: string, atRoot: boolean, name: string): PathClass {
  const lower = directory.toLowerCase()
  if (lower === 'dist') return builtFile.test(name) ? 'generated' : 'source'
  // Specifications live in such directories too, as prose and data.
  if (lower === 'spec' || lower === 'specs') return document.test(name) ? 'source' : 'test'
  return (
    directories.get(directory) ??
    directories.get(lower) ??
    (atRoot ? rootDirectories.get(lower) : undefined) ??
    (testDirectory.test(lower) || capitalizedTest.test(directory) ? 'test' : 'source')
  )
}

function classOfName(name: string, lower: string): PathClass {
  if (minifiedName.test(lower)) return 'minified'
  if (generatedName.test(lower) || generatedEnding.test(lower)) return 'generated'
  const known = names.get(lower)
  if (known !== undefined) return known
  // A script without an extension may be called `sub_and_test`; and a page about tests is a page.
  if (name.lastIndexOf('.') <= 0 || document.test(lower)) return 'source'
  return testStem.test(stemOf(lower)) ||
    capitalizedTest.test(stemOf(name)) ||
    testName.test(lower) ||
    suiteName.test(name) ||
    (junitPrefix.test(name) && junitLanguage.test(lower))
    ? 'test'
    : 'source'
}

const stemOf = (name: string): string => name.slice(0, name.lastIndexOf('.'))

const rank = new Map(pathClasses.map((pathClass, at) => [pathClass, at]))
const later = (a: PathClass, b: PathClass): PathClass => (rank.get(a)! >= rank.get(b)! ? a : b)

/** Directories by name: as written, or in lower case for any letter case. */
const directories = new Map<string, PathClass>([
  ...each('test', ['__fixtures__', '__mocks__', '__test__', '__tests__', 'e2e', 'fixtures']),
  ...each('test', ['selftest', 'selftests', 'test', 'testdata', 'tests', 'testsuite']),
  ...each('test', ['unittest', 'unittests']),
  ...each('vendored', ['.yarn', '3rd-party', '3rd_party', '3rdparty', '_vendor', '_vendored']),
  ...each('vendored', ['Carthage', 'Pods', 'bower_components', 'godeps', 'jspm_packages']),
  ...each('vendored', [
    'node_modules',
    'site-packages',
    'third-party',
    'third_party',
    'thirdparty',
  ]),
  ...each('vendored', ['vendor', 'vendored']),
  ...each('generated', ['__generated__', '__snapshots__', 'generated']),
])

/** Names that mean this at the root of a repository, and all kinds of things below it. */
const rootDirectories = new Map<string, PathClass>([
  ...each('test', ['t']),
  ...each('vendored', ['deps', 'extern', 'external', 'externals']),
])

/** Files by their whole name in lower case; names that end in `.lock` are below. */
const names = new Map<string, PathClass>([
  ...each('test', ['conftest.py']),
  ...each('vendored', ['config.guess', 'config.sub', 'depcomp', 'install-sh', 'libtool.m4']),
  ...each('vendored', ['gradlew', 'gradlew.bat', 'ltmain.sh', 'mvnw', 'mvnw.cmd']),
  ...each('generated', ['.pnp.cjs', '.pnp.loader.mjs', 'aclocal.m4', 'go.sum', 'go.work.sum']),
  ...each('generated', ['cabal.project.freeze', 'conda-lock.yml', 'npm-shrinkwrap.json']),
  ...each('generated', ['package-lock.json', 'package.resolved', 'packages.lock.json']),
  ...each('generated', ['.terraform.lock.hcl', 'lex.yy.c', 'pnpm-lock.yaml']),
])

function each(pathClass: PathClass, texts: readonly string[]): [string, PathClass][] {
  return texts.map((text) => [text, pathClass])
}

/** `jquery.min.js`, `app-min.css`, `main.bundle.js`, and with a digest: `main.3f2a1b4c.js`. */
const minifiedName = /(?:[.-]min|\.bundle|\.chunk|\.pack|\.[\da-f]{8,32})\.(?:[cm]?js|css|html)$/

const generatedName = /^zz_generated|[._]generated\.|\.pb\./
const generatedEnding = new RegExp(
  [
    /\.(?:lock|lockfile|pbxproj|snap)/,
    /\.(?:[cm]?js|css|min|ts)\.map/,
    /_pb\.(?:d\.ts|js|rb|ts)|_pb2(?:_grpc)?\.pyi?/, // protoc
    /\.(?:freezed|g|gr|mocks)\.dart/, // build_runner
    /\.(?:designer|feature|g|g\.i)\.(?:cs|vb)/, // Visual Studio
    /\.gen\.(?:go|ts)/,
    /\.tab\.(?:c|cc|cpp|h|hh|hpp)/, // Bison
    /_shipped/, // Linux, for what a build makes but a release has ready
  ]
    .map(({ source }) => `(?:${source})$`)
    .join('|'),
)

/** What a build leaves in `dist`; Go has sources there. */
const builtFile = /\.(?:[cm]?js|css|d\.[cm]?ts|map)$/

/** Prose and data: about tests or used by them, by name, but none. */
const document = /\.(?:adoc|asciidoc|json|markdown|md|org|rst|toml|txt|xml|ya?ml)$/

/** `integration-tests`, `test_data`, `Company.Tests`; not `latest`, `contest`. */
const testDirectory = /^(?:self|unit)?tests?[._-]|[._-](?:self|unit)?tests?$/

/** `test_foo`, `foo-test`, `foo.test`, `foo_unittest`, `selftest`; a mere `test` can be anything. */
const testStem =
  /^(?:self|unit)?tests?[_-]|^(?:self|unit)tests?$|[._-](?:kunit|(?:self|unit)?tests?)$/

/** `FooTest`, `FooUITests`, `androidTest`. */
const capitalizedTest = /\w(?:Test|Tests|TestCase|TestSuite)$/

const testName = /[._-](?:e2e|spec)\.(?:[cm]?[jt]sx?|coffee|cr|dart|exs|lua|rb)$|\.(?:bats|phpt|t)$/

/** Maven's integration tests, the specifications of Scala, Spock and Hspec, Erlang's suites. */
const suiteName = /\w(?:IT\.(?:java|kt)|Spec\.(?:groovy|hs|kt|scala|swift)|_SUITE\.erl)$/

/** JUnit finds `TestFoo.java`; elsewhere that may be a product, like TestFlight. */
const junitPrefix = /^Test[A-Z]/
const junitLanguage = /\.(?:groovy|java|kt|scala)$/
