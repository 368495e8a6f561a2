import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { languagesSource } from '../../scripts/make-languages.ts'
import { findLanguage, languageOf, languages } from '../../src/corpus/language.ts'
import { languageRows } from '../../src/corpus/languages.ts'

const words = (text: string | undefined): string[] => (text === undefined ? [] : text.split(' '))

describe('the language of a file, by its name', () => {
  it.each([
    // one extension
    ['main.c', 'c'],
    ['src/deep/er/main.rs', 'rust'],
    ['a.tsx', 'typescript'],
    ['a.jsx', 'javascript'],
    ['README.md', 'markdown'],
    ['notes.txt', 'text'],
    ['arch/arm64/boot/dts/qcom/sm8450.dtsi', 'devicetree'],
    ['Documentation/index.rst', 'restructuredtext'],
    // the longest that is known
    ['view.blade.php', 'blade'],
    ['view.php', 'php'],
    ['build.gradle.kts', 'gradle'],
    ['main.kts', 'kotlin'],
    ['types.d.ts', 'typescript'],
    ['vmlinux.lds.S', 'linker-script'],
    // letter case
    ['entry_64.S', 'assembly'],
    ['entry_64.s', 'assembly'],
    ['ANALYSIS.R', 'r'],
    ['WINDOWS.BAT', 'batchfile'],
    // well-known names
    ['Makefile', 'makefile'],
    ['sub/dir/Makefile', 'makefile'],
    ['Kbuild', 'makefile'],
    ['Kconfig', 'kconfig'],
    ['Dockerfile', 'dockerfile'],
    ['CMakeLists.txt', 'cmake'],
    ['requirements.txt', 'pip-requirements'],
    ['Rakefile', 'ruby'],
    ['Gemfile', 'ruby'],
    ['Jenkinsfile', 'groovy'],
    ['go.mod', 'go-module'],
    ['go.sum', 'go-checksums'],
    ['BUILD', 'starlark'],
    ['Cargo.lock', 'toml'],
    ['meson.build', 'meson'],
    ['.gitignore', 'ignore-list'],
    ['.bashrc', 'shell'],
    ['.env', 'dotenv'],
    ['MAINTAINERS', 'text'],
    // their variants
    ['Makefile.x86_64', 'makefile'],
    ['lib/Kconfig.debug', 'kconfig'],
    ['Dockerfile.dev', 'dockerfile'],
    ['prod.Dockerfile', 'dockerfile'],
    ['LICENSE-MIT', 'text'],
    ['README.Debian', 'text'],
    // what other files are made from
    ['config.h.in', 'c'],
    ['constants.py.in', 'python'],
    ['.env.example', 'dotenv'],
    ['settings.yml.sample', 'yaml'],
    ['Makefile.in', 'makefile'],
    // manual pages, and what only looks like them
    ['man/rg.1', 'roff'],
    ['sleepgraph.8', 'roff'],
    ['LGPL-2.1', undefined],
    ['release-notes-1.2.3', undefined],
    // nothing known
    ['defconfig', undefined],
    ['image.png', undefined],
    ['src.c/README_de', undefined],
    ['a.c/', undefined],
    ['dist', undefined],
    ['.in', undefined],
    ['', undefined],
    // everyday words
    ['build', undefined],
    ['makefile-notes', undefined],
    // JavaScript's own
    ['constructor', undefined],
    ['__proto__', undefined],
    ['a.constructor', undefined],
    ['toString.__proto__', undefined],
  ])('%s: %s', (path, id) => {
    expect(languageOf(path)?.id).toBe(id)
  })

  it.each([
    ['.h', 'C'],
    ['.hh', 'C++'],
    ['.inc', 'C++'],
    ['.cs', 'C#'],
    ['.m', 'Objective-C'],
    ['.mm', 'Objective-C++'],
    ['.pl', 'Perl'],
    ['.pm', 'Perl'],
    ['.t', 'Perl'],
    ['.pp', 'Puppet'],
    ['.php', 'PHP'],
    ['.rs', 'Rust'],
    ['.ts', 'TypeScript'],
    ['.html', 'HTML'],
    ['.json', 'JSON'],
    ['.yml', 'YAML'],
    ['.sql', 'SQL'],
    ['.v', 'Verilog'],
    ['.r', 'R'],
    ['.d', 'D'],
    ['.fs', 'F#'],
    ['.ex', 'Elixir'],
    ['.ml', 'OCaml'],
    ['.l', 'Lex'],
    ['.yy', 'Yacc'],
    ['.cls', 'TeX'],
    ['.st', 'Smalltalk'],
    ['.gs', 'JavaScript'],
    ['.plist', 'XML'],
    ['.properties', 'Java Properties'],
    ['.spec', 'RPM Spec'],
    ['.tpl', 'Smarty'],
    ['.frag', 'GLSL'],
    ['.cl', 'OpenCL'],
    ['.cgi', undefined],
    ['.mod', undefined],
    ['.x', undefined],
  ])('of those that claim %s, it is %s', (extension, name) => {
    expect(languageOf(`file${extension}`)?.name).toBe(name)
  })
})

describe('the language of a file, by its first line', () => {
  it.each([
    ['#!/bin/sh', 'shell'],
    ['#! /bin/bash -e', 'shell'],
    ['#!/usr/bin/env python3', 'python'],
    ['#!/usr/bin/python3.12', 'python'],
    ['#!/usr/bin/env -S node --no-warnings', 'javascript'],
    ['#!/usr/bin/env -S LC_ALL=C perl -w', 'perl'],
    ['#!/usr/bin/awk -f\r', 'awk'],
    ['#!/usr/bin/env deno', 'typescript'],
    ['#!/opt/unheard/of', undefined],
    ['#!/usr/bin/env', undefined],
    ['#!', undefined],
    ['#!constructor', undefined],
    [' #!/bin/sh', undefined],
    ['import sys', undefined],
    ['', undefined],
  ])('%j: %s', (firstLine, id) => {
    expect(languageOf('bin/run', firstLine)?.id).toBe(id)
  })

  it('counts for less than the name', () => {
    expect(languageOf('run.rb', '#!/bin/sh')?.id).toBe('ruby')
  })

  it('decides where the extension does not', () => {
    expect(languageOf('run.cgi', '#!/usr/bin/perl')?.id).toBe('perl')
  })
})

describe('the language that a user means', () => {
  it.each([
    ['TypeScript', 'typescript'],
    ['ts', 'typescript'],
    ['.tsx', 'typescript'],
    ['js', 'javascript'],
    ['node', 'javascript'],
    ['golang', 'go'],
    ['C', 'c'],
    ['h', 'c'],
    ['C++', 'c++'],
    ['cpp', 'c++'],
    ['hpp', 'c++'],
    ['c#', 'c#'],
    ['csharp', 'c#'],
    ['sh', 'shell'],
    ['bash', 'shell'],
    ['.RS', 'rust'],
    ['py', 'python'],
    ['python3', 'python'],
    ['md', 'markdown'],
    ['make', 'makefile'],
    ['docker', 'dockerfile'],
    ['terraform', 'hcl'],
    ['asm', 'assembly'],
    ['dts', 'devicetree'],
    ['Device Tree', 'devicetree'],
    ['Objective C', 'objective-c'],
    ['objc', 'objective-c'],
    ['vim', 'vim-script'],
    ['Vim Script', 'vim-script'],
    ['latex', 'tex'],
    ['Protocol Buffer', 'protobuf'],
    ["Cap'n Proto", 'capnproto'],
    ['txt', 'text'],
    ['postgresql', 'sql'],
    // `?lang=c++`, as a browser reads it
    ['c  ', 'c++'],
    ['klingon', undefined],
    ['', undefined],
    ['.', undefined],
    ['__proto__', undefined],
    ['constructor', undefined],
  ])('%j: %s', (text, id) => {
    expect(findLanguage(text)?.id).toBe(id)
  })

  it('is found by its id, its name and each of its aliases and extensions', () => {
    const lost = languageRows.flatMap(({ id, name, aliases, extensions }) =>
      [id, id.toUpperCase(), name, ...words(aliases), ...words(extensions)]
        .filter((text) => findLanguage(text)?.id !== id)
        .map((text) => `${text} is not ${id}`),
    )
    expect(lost).toEqual([])
  })
})

describe('the table', () => {
  it('is what its generator makes of it', () => {
    const file = new URL('../../src/corpus/languages.ts', import.meta.url)
    expect(readFileSync(file, 'utf8')).toBe(languagesSource())
  })

  it('has the languages that people have, each once, by id', () => {
    const ids = languages.map(({ id }) => id)
    expect(ids).toEqual([...new Set(ids)].sort())
    expect(ids.length).toBeGreaterThan(150)
    expect(ids.filter((id) => id !== id.toLowerCase() || id.includes(' '))).toEqual([])
  })

  it.each(['extensions', 'filenames', 'interpreters'] as const)('gives away %s once', (list) => {
    const given = languageRows.flatMap((row) => words(row[list]))
    expect(given.filter((text, at) => text === '' || given.indexOf(text) !== at)).toEqual([])
  })

  it('has files for every language, so that no filter is empty by itself', () => {
    for (const { id, extensions, filenames, interpreters } of languageRows) {
      const found = [
        ...words(extensions).map((extension) => languageOf(`file${extension}`)),
        ...words(filenames).map((name) => languageOf(`directory/${name}`)),
        ...words(interpreters).map((program) => languageOf('run', `#!/usr/bin/${program}`)),
      ]
      expect(new Set(found.map((language) => language?.id))).toEqual(new Set([id]))
    }
  })
})

const piece = fc.constantFrom('.', '/', '-', 'Makefile', '.c', '.in', '.1', 'é', '#!', ' ', 'env')
const oddText = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.array(piece).map((all) => all.join('')),
)

describe('whatever it is given', () => {
  it('answers with one of the languages or none', () => {
    fc.assert(
      fc.property(oddText, oddText, (path, line) => {
        const known = new Set([...languages, undefined])
        expect(known).toContain(languageOf(path, line))
        expect(known).toContain(languageOf(path, `#!${line}`))
        expect(known).toContain(findLanguage(path))
      }),
    )
  })

  it('does not look at the directories', () => {
    fc.assert(
      fc.property(oddText, oddText, (directories, path) => {
        const name = path.slice(path.lastIndexOf('/') + 1)
        expect(languageOf(`${directories}/${name}`)).toBe(languageOf(name))
      }),
    )
  })

  // What takes quadratic time here does not end within the time that a test has.
  it.each(['.', '/', 'a', 'A', '.c', '-', ' ', '#!', '1.', 'Makefile.', '.in', '\u0130'])(
    'ends soon on a million of %j',
    (text) => {
      const long = text.repeat(1_000_000)
      for (const path of [long, `${long}.`, `A${long}`]) {
        languageOf(path, `#!${long}`)
        findLanguage(path)
      }
    },
  )

  // V8 hashes a longer text by its length alone, which would hide the cost of looking each part up.
  it('ends soon on many names of 16,000 dots', () => {
    for (let i = 0; i < 300; i++) languageOf(`${i}${'.'.repeat(16_000)}`)
  })
})
