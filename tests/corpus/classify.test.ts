import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { classOf, pathClasses } from '../../src/corpus/classify.ts'

describe('the class of a path', () => {
  it.each([
    'main.c',
    'README.md',
    'Makefile',
    'src/index.ts',
    'drivers/usb/core/devio.c',
    '.github/workflows/ci.yml',
    '',
    // has "test" in it, and is none
    'tests.py',
    'test.py',
    'src/test.c',
    'latest/app.js',
    'contest/main.py',
    'attest.c',
    'src/attestation/verify.go',
    'protest.ts',
    'fastest/sort.c',
    'src/Latest.java',
    'src/latest.spec',
    'drivers/net/wireless/ath/ath10k/testmode.c',
    'scripts/atomic/fallbacks/sub_and_test',
    'go/src/testing/testing.go',
    'ios/TestFlight.swift',
    'os_spec.py',
    'java/security/KeySpec.java',
    // prose and data about tests
    'Documentation/ABI/testing/sysfs-class-net',
    'Documentation/misc-devices/pci-endpoint-test.rst',
    'bindings/sound/test-component.yaml',
    'specs/openapi.yaml',
    'spec/README.md',
    // by chance like a vendored directory
    'src/models/vendors.ts',
    'vendor.ts',
    'src/external/client.ts',
    'internal/deps/graph.go',
    'pkg/kubelet/pods/pod.go',
    'vendoring/tool.go',
    // by chance like a generated or minified file
    'cmd/dist/build.go',
    'drivers/clk/at91/clk-generated.c',
    'lib/bpf/libbpf.map',
    'src/generator.ts',
    'src/lock.ts',
    'admin.js',
    'bundle.js',
    'min.js',
    'bundle.js/index.ts',
  ])('source: %s', (path) => {
    expect(classOf(path)).toBe('source')
  })

  it.each([
    // by directory
    'test/run.c',
    'tests/README.md',
    'Tests/main.cs',
    'pkg/testdata/input.txt',
    'src/__tests__/a.ts',
    'src/__mocks__/fs.js',
    'spec/models/user.rb',
    'spec/fixtures/user.yml',
    'e2e/login.ts',
    'src/test/java/org/App.java',
    'app/src/androidTest/java/App.kt',
    'AppUITests/Launch.swift',
    'src/Company.Tests/Program.cs',
    'integration-tests/setup.py',
    'test_data/big.bin',
    'tools/testing/selftests/bpf/bench.c',
    'tools/testing/radix-tree/main.c',
    'drivers/gpu/drm/i915/selftests/mock_gem.c',
    'drivers/of/unittest-data/overlay.dts',
    't/t0001-init.sh',
    // by name
    'foo_test.go',
    'pkg/foo_test.go',
    'test_foo.py',
    'polls/tests.py',
    'src/parser/tests.rs',
    'src/foo.test.ts',
    'src/foo.spec.js',
    'src/foo.e2e-spec.ts',
    'foo_spec.rb',
    'conftest.py',
    'src/FooTest.java',
    'src/TestFoo.java',
    'src/FooIT.java',
    'FooTests.swift',
    'FooTestCase.php',
    'FooSpec.scala',
    'foo_SUITE.erl',
    'base_unittest.cc',
    'lib/test_bpf.c',
    'lib/test-kstrtox.c',
    'lib/list-test.c',
    'lib/memcpy_kunit.c',
    'drivers/of/unittest.c',
    'gt/selftest_lrc.c',
    'basic.t',
    'install.bats',
  ])('test: %s', (path) => {
    expect(classOf(path)).toBe('test')
  })

  it.each([
    'vendor/github.com/pkg/errors/errors.go',
    'go/vendor/modules.txt',
    'third_party/zlib/inflate.c',
    'src/ThirdParty/zlib/inflate.c',
    'node_modules/left-pad/index.js',
    'packages/a/node_modules/left-pad/index.js',
    'bower_components/jquery/jquery.js',
    'deps/v8/src/api.cc',
    'external/fmt/format.h',
    'ios/Pods/AFNetworking/AF.m',
    'pip/_vendor/idna/core.py',
    'gradlew',
    'build-aux/config.guess',
    // also a test
    'vendor/golang.org/x/net/html/node_test.go',
    'tests/node_modules/mocha/index.js',
  ])('vendored: %s', (path) => {
    expect(classOf(path)).toBe('vendored')
  })

  it.each([
    'package-lock.json',
    'web/pnpm-lock.yaml',
    'yarn.lock',
    'Cargo.lock',
    'poetry.lock',
    'go.sum',
    'Package.resolved',
    '.terraform.lock.hcl',
    'api/service.pb.go',
    'api/service.pb.gw.go',
    'api/service_pb2.py',
    'api/service_pb2_grpc.py',
    'web/service_pb.d.ts',
    'lib/model.g.dart',
    'lib/model.freezed.dart',
    'Form1.Designer.cs',
    'schema.generated.ts',
    'apis/v1/zz_generated.deepcopy.go',
    'src/__generated__/query.ts',
    'include/generated/autoconf.h',
    'app.js.map',
    'app.css.map',
    'parse.tab.c',
    'src/__snapshots__/page.ts.snap',
    'action/dist/index.js',
    'action/dist/index.d.ts',
    'drivers/tty/vt/defkeymap.c_shipped',
    // also a test, also vendored
    'test/fixtures/package-lock.json',
    'vendor/github.com/api/service.pb.go',
  ])('generated: %s', (path) => {
    expect(classOf(path)).toBe('generated')
  })

  it.each([
    'jquery.min.js',
    'site-min.js',
    'site.min.css',
    'main.bundle.js',
    'static/js/2.3f2a1b4c.chunk.js',
    'assets/main.3f2a1b4c5d.css',
    'JQUERY.MIN.JS',
    // also a test, vendored, generated
    'tests/fixtures/a.min.js',
    'vendor/jquery.min.js',
    'dist/app.min.js',
  ])('minified: %s', (path) => {
    expect(classOf(path)).toBe('minified')
  })
})

const piece = fc.constantFrom('/', '.', '_', '-', 'test', 'Tests', 'vendor', 'dist', '.min', '.js')
const oddPath = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.array(piece).map((pieces) => pieces.join('')),
)

describe('whatever it is given', () => {
  it('is one of the classes', () => {
    fc.assert(
      fc.property(oddPath, (path) => {
        expect(pathClasses).toContain(classOf(path))
      }),
    )
  })

  it('never comes earlier for a directory in front', () => {
    const rank = (path: string) => pathClasses.indexOf(classOf(path))
    fc.assert(
      fc.property(oddPath, (path) => {
        fc.pre(!/^(?:deps|extern|externals?|t|tools)\//i.test(path))
        expect(rank(`src/${path}`)).toBeGreaterThanOrEqual(rank(path))
        expect(rank(`vendor/${path}`)).toBeGreaterThanOrEqual(pathClasses.indexOf('vendored'))
      }),
    )
  })

  // What takes quadratic time here does not end within the time that a test has.
  it.each([
    '/',
    '.',
    'a',
    'A',
    '-',
    '_',
    'test',
    'Test',
    'Test_',
    '.pb',
    '.min',
    '_generated',
    '0',
    '.0',
  ])('ends soon on a million of %j', (text) => {
    const long = text.repeat(1_000_000)
    for (const path of [long, `${long}.js`, `Test${long}!`, `${long}/a.js`, `a.${long}`]) {
      expect(pathClasses).toContain(classOf(path))
    }
  })
})
