import hljs from 'highlight.js'
import { describe, expect, it } from 'vitest'
import { languages } from '../../src/corpus/language.ts'
import { languageRows } from '../../src/corpus/languages.ts'

describe('the grammars of languages', () => {
  it('are all that highlight.js has for them, but for two', () => {
    const missed = languageRows.flatMap(
      ({ id, name, highlight, aliases = '', extensions = '' }) => {
        if (highlight !== undefined) return []
        const extended = extensions.split(' ').map((extension) => extension.slice(1))
        const names = [id, name, ...aliases.split(' '), ...extended].filter((text) => text !== '')
        return names.some((text) => hljs.getLanguage(text)) ? [id] : []
      },
    )
    // Its grammar for Java takes JSP for Java, and `ps` is PowerShell there.
    expect(missed).toEqual(['jsp', 'postscript'])
  })

  it('are there', () => {
    const grammars = languages.flatMap(({ highlight }) => highlight ?? [])
    expect(grammars.filter((grammar) => !hljs.listLanguages().includes(grammar))).toEqual([])
    expect(grammars.length).toBeGreaterThan(100)
  })

  it('are missing for these languages, of which highlight.js knows nothing', () => {
    const without = languages.filter(({ highlight }) => highlight === undefined)
    expect(without.map(({ id }) => id).join(' ')).toMatchInlineSnapshot(
      `"abap abl agda aidl alloy antlr apl asn.1 aspx astro avro-idl ballerina bibtex bicep bitbake blade brightscript cabal caddyfile cairo chapel checksums cobol codeowners codeql coldfusion csv cue cypher dafny dhall dot dtrace dune eiffel ejs factor fennel fish flatbuffers forth freemarker fstar gap gdb gdscript gdshader gettext-catalog git-attributes gleam gn gnuplot go-checksums go-module go-template godot-resource hare hcl heex hlsl hocon idris ignore-list inno-setup isabelle janet jcl jq jsonnet jsp just kaitai-struct kconfig kdl kusto lean lex lilypond linker-script liquid m4 mako mermaid meson mlir modelica mojo move mql nextflow nickel ninja noir nushell odin org p4 peg.js pip-requirements pkl plantuml pod postscript prisma procfile promela pug purescript q# qmake ragel razor rego renpy rescript restructuredtext rexx robot roff ron rpgle rpm-spec salt sass sed selinux-policy shaderlab slim slint smarty smithy smpl smt solidity sparql squirrel supercollider swig templ texinfo textile textproto tla tsv turtle typespec typst unity velocity vyper webidl wgsl wikitext wit yacc yang yara zeek zig"`,
    )
  })
})
