// Writes src/corpus/languages.ts: the languages that people have, out of Linguist's list of them all.
// Run it as `node scripts/make-languages.ts` after a change here or a new linguist-languages.
//
// Linguist settles an extension that several languages claim by reading the file. We have only the
// path, so each such claim is settled here, by hand; one that is not settled stops the run, and so
// does an entry that settles nothing any more.

import { readFileSync, writeFileSync } from 'node:fs'
import * as linguist from 'linguist-languages'
import type { LanguageRow } from '../src/corpus/languages.ts'

const kinds = ['extensions', 'filenames', 'interpreters', 'aliases'] as const
type Kind = (typeof kinds)[number]
type Claims = { readonly [kind in Kind]?: readonly string[] }

/** Linguist's names of the languages to keep. */
const kept = `
  ABAP, ActionScript, Ada, Agda, AIDL, Alloy, ANTLR, ApacheConf, Apex, APL, AppleScript, AsciiDoc,
  ASN.1, ASP.NET, AspectJ, Assembly, Astro, AutoHotkey, AutoIt, Avro IDL, Awk, Ballerina, Batchfile,
  BibTeX, Bicep, BitBake, Blade, Brightscript, C, C#, C++, Cabal Config, Caddyfile, Cairo,
  Cap'n Proto, Chapel, Checksums, Clojure, CMake, COBOL, CODEOWNERS, CodeQL, CoffeeScript,
  ColdFusion, Common Lisp, Crystal, CSS, CSV, Cuda, CUE, Cypher, Cython, D, Dafny, Dart, Dhall,
  Diff, Dockerfile, Dotenv, DTrace, Dune, EBNF, edn, EditorConfig, Eiffel, EJS, Elixir, Elm,
  Emacs Lisp, Erlang, F#, F*, Factor, Fennel, fish, FlatBuffers, Forth, Fortran, FreeBASIC,
  FreeMarker, G-code, Game Maker Language, GAP, GDB, GDScript, GDShader, Gentoo Ebuild,
  Gettext Catalog, Gherkin, Git Attributes, Git Config, Gleam, GLSL, GN, Gnuplot, Go, Go Checksums,
  Go Module, Go Template, Godot Resource, Gradle, GraphQL, Graphviz (DOT), Groovy, Hack, Haml,
  Handlebars, Hare, Haskell, Haxe, HCL, HiveQL, HLSL, HOCON, HTML, HTML+EEX, HTML+ERB, HTML+Razor,
  HTTP, Idris, Ignore List, INI, Inno Setup, Isabelle, Janet, Java, Java Properties,
  Java Server Pages, JavaScript, JCL, Jest Snapshot, Jinja, jq, JSON, JSON5, Jsonnet, Julia,
  Jupyter Notebook, Just, Kaitai Struct, KDL, Kotlin, Kusto, Lean, Less, Lex, LilyPond,
  Linker Script, Liquid, LiveScript, LLVM, Lua, Luau, M4, Makefile, Mako, Markdown, MATLAB, MDX,
  Mermaid, Meson, Metal, MLIR, Modelica, Mojo, MoonScript, Move, MQL5, Mustache, Nextflow, Nginx,
  Nickel, Nim, Ninja, Nix, Noir, NSIS, Nunjucks, Nushell, Objective-C, Objective-C++, OCaml, Odin,
  Open Policy Agent, OpenCL, OpenEdge ABL, OpenSCAD, Org, P4, Pascal, PEG.js, Perl, PHP,
  Pip Requirements, pkg-config, Pkl, PlantUML, PLSQL, Pod, Pony, PostCSS, PostScript, PowerShell,
  Prisma, Processing, Procfile, Prolog, Promela, Protocol Buffer, Protocol Buffer Text Format, Pug,
  Puppet, PureScript, Python, q, Q#, QMake, QML, R, Racket, Ragel, Raku, Reason, Ren'Py, ReScript,
  reStructuredText, REXX, RMarkdown, RobotFramework, Rocq Prover, Roff, RON, RPGLE, RPM Spec, Ruby,
  Rust, Salt, SAS, Sass, Scala, Scheme, Scilab, SCSS, sed, SELinux Policy, ShaderLab, Shell, Slim,
  Slint, Smali, Smalltalk, Smarty, Smithy, SmPL, SMT, Snakemake, Solidity, SPARQL, SQL, Squirrel,
  Stan, Standard ML, Starlark, Stata, Stylus, SuperCollider, Svelte, SVG, Swift, SWIG,
  SystemVerilog, Tcl, Tcsh, templ, TeX, Texinfo, Text, Textile, Thrift, TLA, TOML, TSV, Turtle,
  Twig, TypeScript, TypeSpec, Typst, Unity3D Asset, Vala, VBA, VBScript, Velocity Template Language,
  Verilog, VHDL, Vim script, Visual Basic .NET, Vue, Vyper, WebAssembly, WebAssembly Interface Type,
  WebIDL, WGSL, Wikitext, Windows Registry Entries, Wolfram Language, XML, XQuery, XS, XSLT, Yacc,
  YAML, YANG, YARA, Zeek, Zig
`

/** Dialects that Linguist tells apart and a person who picks a language does not. */
const dialects: Record<string, readonly string[]> = {
  Assembly: ['Motorola 68K Assembly', 'Unix Assembly'],
  BibTeX: ['BibTeX Style'],
  Cairo: ['Cairo Zero'],
  CoffeeScript: ['Literate CoffeeScript'],
  ColdFusion: ['ColdFusion CFC'],
  Fortran: ['Fortran Free Form'],
  FreeBASIC: ['QuickBASIC'],
  'Gentoo Ebuild': ['Gentoo Eclass'],
  'Go Module': ['Go Workspace'],
  Gradle: ['Gradle Kotlin DSL'],
  Groovy: ['Groovy Server Pages'],
  HCL: ['Terraform Template'],
  Haskell: ['C2hs Haskell', 'Literate Haskell'],
  INI: ['NPM Config', 'desktop'],
  JSON: ['JSON with Comments', 'JSONLD', 'OASv2-json', 'OASv3-json'],
  JavaScript: ['Glimmer JS', 'JavaScript+ERB'],
  Lean: ['Lean 4'],
  Lex: ['JFlex', 'Jison Lex'],
  M4: ['M4Sugar'],
  MQL5: ['MQL4'],
  PHP: ['HTML+PHP'],
  Roff: ['Roff Manpage'],
  Ruby: ['RBS'],
  SQL: ['PLpgSQL', 'SQLPL', 'TSQL'],
  TypeScript: ['Glimmer TS', 'TSX'],
  VBA: ['Visual Basic 6.0'],
  XML: ['Ant Build System', 'Maven POM', 'XML Property List'],
  YAML: ['MiniYAML', 'OASv2-yaml', 'OASv3-yaml'],
  Yacc: ['Bison', 'Jison'],
}

/** Names as people know them, where they differ from Linguist's; its name stays as an alias. */
const renamed: Record<string, { id: string; name: string }> = {
  'ASP.NET': { id: 'aspx', name: 'ASP.NET' },
  'Cabal Config': { id: 'cabal', name: 'Cabal' },
  "Cap'n Proto": { id: 'capnproto', name: "Cap'n Proto" },
  'F*': { id: 'fstar', name: 'F*' },
  'Game Maker Language': { id: 'gml', name: 'GameMaker Language' },
  'Graphviz (DOT)': { id: 'dot', name: 'Graphviz' },
  'HTML+EEX': { id: 'heex', name: 'HEEx' },
  'HTML+ERB': { id: 'erb', name: 'ERB' },
  'HTML+Razor': { id: 'razor', name: 'Razor' },
  'Java Properties': { id: 'properties', name: 'Java Properties' },
  'Java Server Pages': { id: 'jsp', name: 'Java Server Pages' },
  'Jest Snapshot': { id: 'snapshot', name: 'Jest Snapshot' },
  'Jupyter Notebook': { id: 'jupyter', name: 'Jupyter Notebook' },
  MQL5: { id: 'mql', name: 'MQL' },
  'Open Policy Agent': { id: 'rego', name: 'Rego' },
  'OpenEdge ABL': { id: 'abl', name: 'OpenEdge ABL' },
  'Protocol Buffer': { id: 'protobuf', name: 'Protocol Buffers' },
  'Protocol Buffer Text Format': { id: 'textproto', name: 'Protocol Buffers Text' },
  "Ren'Py": { id: 'renpy', name: "Ren'Py" },
  RobotFramework: { id: 'robot', name: 'Robot Framework' },
  'Rocq Prover': { id: 'rocq', name: 'Rocq' },
  TLA: { id: 'tla', name: 'TLA+' },
  'Unity3D Asset': { id: 'unity', name: 'Unity Asset' },
  'Velocity Template Language': { id: 'velocity', name: 'Velocity' },
  'Visual Basic .NET': { id: 'vb.net', name: 'Visual Basic .NET' },
  'WebAssembly Interface Type': { id: 'wit', name: 'WebAssembly Interface Types' },
  'Windows Registry Entries': { id: 'reg', name: 'Windows Registry' },
}

/** What Linguist does not have: whole languages, and further extensions, file names and aliases. */
const added: Record<string, Claims> = {
  C: { extensions: ['.c_shipped', '.h_shipped'] },
  'C++': { aliases: ['arduino', 'cplusplus'] },
  Clojure: { filenames: ['build.boot'] },
  Devicetree: { extensions: ['.dts', '.dtsi', '.dtso'], aliases: ['device-tree', 'dts'] },
  Dockerfile: { aliases: ['docker'], filenames: ['dockerfile'] },
  Go: { aliases: ['go-lang'] },
  'HTML+EEX': { extensions: ['.eex'] },
  Kconfig: { filenames: ['Kconfig'] },
  'Linker Script': { extensions: ['.lds.s'] },
  M4: { extensions: ['.ac'] },
  Makefile: { extensions: ['.am'] },
  Markdown: { aliases: ['commonmark'] },
  Meson: { filenames: ['meson.options'] },
  'Objective-C++': { aliases: ['objcpp'] },
  PHP: { extensions: ['.php7', '.php8'] },
  R: { filenames: ['.Renviron'] },
  Rust: { aliases: ['rustlang'] },
  Shell: { filenames: ['.bash_login'] },
  Starlark: { extensions: ['.bazel'] },
  SQL: {
    extensions: ['.psql'],
    aliases: ['mysql', 'plpgsql', 'postgres', 'postgresql', 'sqlite', 'tsql'],
  },
  Text: {
    aliases: ['plain', 'plaintext'],
    filenames: [
      ...['AUTHORS', 'BUGS', 'CHANGELOG', 'CHANGES', 'CONTRIBUTING', 'CONTRIBUTORS', 'COPYRIGHT'],
      ...['CREDITS', 'ChangeLog', 'HISTORY', 'LICENCE', 'MAINTAINERS', 'NOTICE', 'PATENTS'],
      ...['README', 'RELEASE', 'SECURITY', 'THANKS', 'TODO', 'UNLICENSE', 'VERSION'],
    ],
  },
  XML: { extensions: ['.dtd', '.rng'] },
  YAML: { filenames: ['pubspec.lock'] },
}

/** Uncontested in Linguist, yet more often something else; file names that are everyday words. */
const misleading: Record<string, readonly string[]> = {
  Assembly: ['.a51'],
  Clojure: ['.boot'],
  INI: ['HOSTS', 'hosts', '.url'],
  'Jupyter Notebook': ['Notebook'],
  Perl: ['ack'],
  Roff: ['.me'],
  Shell: ['.tool', '9fs', 'login', 'man', 'profile'],
  SQL: ['.tab', '.viw'],
  'Standard ML': ['.sig'],
  Text: ['.no', 'click.me', 'delete.me', 'keep.me', 'read.me', 'test.me'],
}

const settledKinds = ['extensions', 'filenames', 'interpreters'] as const
type Settled = (typeof settledKinds)[number]

/** Who gets what several claim. */
const preferred: Record<Settled, Record<string, string>> = {
  extensions: {
    ActionScript: '.as',
    ApacheConf: '.vhost',
    Apex: '.trigger',
    Assembly: '.nas',
    BibTeX: '.bst',
    BitBake: '.bb',
    C: '.h',
    'C#': '.cake .cs',
    'C++': '.cp .hh .inc',
    CUE: '.cue',
    'Common Lisp': '.lisp .lsp',
    D: '.d',
    Eiffel: '.e',
    Elixir: '.ex',
    'F#': '.fs',
    Fortran: '.f .for .fpp',
    FreeMarker: '.ftl',
    GDScript: '.gd',
    GLSL: '.frag',
    'Game Maker Language': '.gml',
    Gnuplot: '.plt',
    HLSL: '.fx',
    HTML: '.html',
    INI: '.cfg',
    'Java Properties': '.properties',
    JavaScript: '.gs',
    Lex: '.l',
    LiveScript: '.ls',
    Markdown: '.md',
    Modelica: '.mo',
    Mojo: '.mojo',
    Nickel: '.ncl',
    Noir: '.nr',
    Nushell: '.nu',
    OCaml: '.ml',
    'Objective-C': '.m',
    'Objective-C++': '.mm',
    Odin: '.odin',
    OpenCL: '.cl',
    'OpenEdge ABL': '.p .w',
    PHP: '.php',
    Perl: '.pl .pm .t',
    Pkl: '.pkl',
    Pod: '.pod',
    'Protocol Buffer Text Format': '.pbt',
    Puppet: '.pp',
    'Q#': '.qs',
    QMake: '.pro',
    R: '.r',
    'RPM Spec': '.spec',
    ReScript: '.res',
    Reason: '.re',
    "Ren'Py": '.rpy',
    Roff: '.rno',
    Ruby: '.pluginspec',
    Rust: '.rs',
    SQL: '.ddl .prc .sql',
    SWIG: '.i',
    Salt: '.sls',
    Scala: '.sc',
    Scheme: '.scm',
    ShaderLab: '.shader',
    Smalltalk: '.st',
    Smarty: '.tpl',
    Solidity: '.sol',
    Starlark: '.star',
    SuperCollider: '.scd',
    TeX: '.cls',
    Text: '.txt',
    TypeScript: '.ts .tsx .gts',
    TypeSpec: '.tsp',
    Typst: '.typ',
    'Unity3D Asset': '.mask',
    VBA: '.bas .frm .vba',
    Verilog: '.v',
    'Wolfram Language': '.nb',
    XML: '.csl .plist',
    Yacc: '.yy',
    jq: '.jq',
    'pkg-config': '.pc',
    q: '.q',
  },
  filenames: { JSON: '.eslintrc .releaserc' },
  interpreters: {
    JavaScript: 'node',
    Lua: 'lua',
    OCaml: 'ocaml',
    Perl: 'perl',
    Raku: 'perl6',
    TypeScript: 'bun deno',
  },
}

/** Claimed by several with no clear first: better no language than a wrong one. */
const unclaimed = `
  .al .asc .cgi .es .fcgi .fr .g .gst .ice .mc .mod .ms .n .sch .sw .tact .toc .tst .vcf .workflow .x
`

/** highlight.js's grammar: for these the id itself, */
const sameGrammar = `
  actionscript ada applescript asciidoc aspectj autohotkey autoit awk c capnproto clojure cmake
  coffeescript crystal css d dart diff dockerfile ebnf elixir elm erb erlang fortran
  gherkin glsl gml go gradle graphql groovy haml handlebars haskell haxe http ini java
  javascript json julia kotlin less livescript llvm lua makefile markdown matlab moonscript
  nginx nim nix nsis ocaml openscad perl php pony powershell processing prolog properties protobuf
  puppet python q qml r rust ruby sas scala scheme scilab scss smali smalltalk sql
  stan stata stylus swift tcl thrift twig typescript vala vbscript verilog vhdl xml
  xquery yaml
`
/** the languages that take another's. */
const otherGrammar: Record<string, string> = {
  apache: 'apacheconf',
  bash: 'gentoo-ebuild shell tcsh',
  basic: 'freebasic',
  c: 'opencl xs',
  clojure: 'edn',
  coq: 'rocq',
  cpp: 'c++ cuda metal',
  csharp: 'c#',
  css: 'postcss',
  delphi: 'pascal',
  django: 'jinja nunjucks',
  dos: 'batchfile',
  dts: 'devicetree',
  fsharp: 'f#',
  gcode: 'g-code',
  handlebars: 'mustache',
  ini: 'dotenv editorconfig git-config reg toml',
  java: 'apex',
  javascript: 'snapshot',
  json: 'json5 jupyter',
  latex: 'tex',
  lisp: 'common-lisp emacs-lisp',
  lua: 'luau',
  markdown: 'mdx rmarkdown',
  mathematica: 'wolfram-language',
  objectivec: 'objective-c objective-c++',
  perl: 'raku',
  php: 'hack',
  plaintext: 'text',
  properties: 'pkg-config',
  python: 'cython snakemake starlark',
  reasonml: 'reason',
  scheme: 'racket',
  sml: 'standard-ml',
  sql: 'hiveql plsql',
  vbnet: 'vb.net vba',
  verilog: 'systemverilog',
  vim: 'vim-script',
  wasm: 'webassembly',
  x86asm: 'assembly',
  xml: 'html svelte svg vue xslt',
}

type Gathered = Map<string, Record<Kind, Set<string>>>

const problems: string[] = []
const keptNames = new Set([
  ...kept.split(',').map((name) => name.trim()),
  ...Object.keys(added).filter((name) => !(name in linguist)),
])
const words = (text: string): string[] => text.split(/\s+/).filter((word) => word !== '')
const hyphenated = (text: string): string => text.toLowerCase().replaceAll(' ', '-')
const idOf = (name: string): string => renamed[name]?.id ?? hyphenated(name)
const spell: Record<Kind, (text: string) => string> = {
  extensions: (text) => text.toLowerCase(),
  filenames: (text) => text,
  interpreters: (text) => text,
  aliases: hyphenated,
}

/** What each language claims, by Linguist's name, dialects folded into their language. */
function gather(): Gathered {
  const gathered: Gathered = new Map()
  const claim = (name: string, claims: Claims): void => {
    const own = gathered.get(name) ?? {
      extensions: new Set(),
      filenames: new Set(),
      interpreters: new Set(),
      aliases: new Set(),
    }
    for (const kind of kinds) {
      for (const text of (claims[kind] ?? []).map(spell[kind])) {
        if (/\s/.test(text)) problems.push(`the ${kind} of ${name} cannot be written as words`)
        own[kind].add(text)
      }
    }
    gathered.set(name, own)
  }
  const everyone: readonly (Claims & { name: string })[] = Object.values(linguist)
  const all = new Map<string, Claims>(everyone.map((one) => [one.name, one]))
  const folded = Object.entries(dialects).flatMap(([name, names]) =>
    names.map((dialect) => ({ name, dialect, claims: all.get(dialect) })),
  )
  for (const { dialect, claims } of folded) {
    if (!all.delete(dialect) || claims === undefined) problems.push(`no dialect ${dialect}`)
  }
  for (const [name, claims] of all) claim(name, claims)
  for (const { name, claims } of folded) claim(name, claims ?? {})
  for (const [name, claims] of Object.entries(added)) {
    for (const kind of kinds) {
      for (const text of claims[kind] ?? []) {
        if (gathered.get(name)?.[kind].has(text)) problems.push(`${name} claims ${text} by itself`)
      }
    }
    claim(name, claims)
  }
  for (const [name, texts] of Object.entries(misleading)) {
    const own = gathered.get(name)
    for (const text of texts) {
      const claimed = own?.extensions.delete(text) || own?.filenames.delete(text)
      if (!claimed) problems.push(`${name} does not claim ${text}`)
    }
  }
  return gathered
}

/** Leaves each extension, file name and interpreter to one language at most. */
function settle(gathered: Gathered, kind: Settled): void {
  const winners = new Map<string, string | undefined>()
  if (kind === 'extensions') for (const text of words(unclaimed)) winners.set(text, undefined)
  for (const [name, texts] of Object.entries(preferred[kind])) {
    for (const text of words(texts)) winners.set(text, name)
  }
  const claimants = new Map<string, string[]>()
  for (const [name, claims] of gathered) {
    for (const text of claims[kind]) claimants.set(text, [...(claimants.get(text) ?? []), name])
  }
  for (const [text, names] of claimants) {
    if (names.length === 1 || !names.some((name) => keptNames.has(name))) claimants.delete(text)
  }
  for (const [text, names] of claimants) {
    const winner = winners.get(text)
    if (!winners.has(text)) problems.push(`${text} is claimed by ${names.join(', ')}`)
    if (winner !== undefined && !names.includes(winner)) problems.push(`${winner} lacks ${text}`)
    for (const name of names) if (name !== winner) gathered.get(name)?.[kind].delete(text)
  }
  for (const text of winners.keys()) {
    if (!claimants.has(text)) problems.push(`${text} needs no settling`)
  }
}

/** Drops what a shorter extension of the language says already: tsconfig.json after .json. */
function dropImplied({ extensions, filenames, aliases }: Record<Kind, Set<string>>): void {
  for (const text of [...extensions, ...filenames]) {
    for (let dot = text.indexOf('.', 1); dot !== -1; dot = text.indexOf('.', dot + 1)) {
      if (extensions.has(text.slice(dot))) {
        extensions.delete(text)
        filenames.delete(text)
      }
    }
  }
  for (const text of aliases) if (extensions.has(`.${text}`)) aliases.delete(text)
}

/** The rows of the table, in the order of their ids. */
function makeRows(): LanguageRow[] {
  const gathered = gather()
  for (const kind of settledKinds) settle(gathered, kind)
  const grammars = new Map(words(sameGrammar).map((id) => [id, id]))
  for (const [grammar, ids] of Object.entries(otherGrammar)) {
    for (const id of words(ids)) grammars.set(id, grammar)
  }
  const mentioned = [dialects, renamed, added, misleading, ...Object.values(preferred)]
  for (const name of mentioned.flatMap((table) => Object.keys(table))) {
    if (!keptNames.has(name)) problems.push(`${name} is not kept`)
  }

  const rows: LanguageRow[] = []
  for (const name of keptNames) {
    const claims = gathered.get(name)
    if (claims === undefined) {
      problems.push(`no language ${name}`)
      continue
    }
    const id = idOf(name)
    const shown = renamed[name]?.name ?? name
    const grammar = grammars.get(id)
    grammars.delete(id)
    claims.aliases.add(hyphenated(name))
    for (const text of claims.aliases) {
      if (text === id || text === hyphenated(shown) || /['()]/.test(text))
        claims.aliases.delete(text)
    }
    dropImplied(claims)
    if (claims.extensions.size + claims.filenames.size + claims.interpreters.size === 0) {
      problems.push(`${name} has no files`)
    }
    rows.push({
      id,
      name: shown,
      ...(grammar !== undefined && { highlight: grammar }),
      ...Object.fromEntries(
        kinds
          .filter((kind) => claims[kind].size > 0)
          .map((kind) => [kind, [...claims[kind]].join(' ')]),
      ),
    })
  }
  for (const id of grammars.keys()) problems.push(`a grammar for ${id}, which is not kept`)

  const said = new Map<string, string>()
  for (const { id, name, aliases = '' } of rows) {
    for (const text of new Set([id, hyphenated(name), ...words(aliases)])) {
      if (said.has(text)) problems.push(`${text} is both ${said.get(text)} and ${id}`)
      said.set(text, id)
    }
  }
  return rows.sort((a, b) => (a.id < b.id ? -1 : 1))
}

/** A row as source, as the formatter would write it but on one line. */
function rowSource(row: LanguageRow): string {
  const fields = Object.entries(row).map(([key, text]: [string, string]) =>
    text.includes("'") ? `${key}: "${text}"` : `${key}: '${text}'`,
  )
  return `  { ${fields.join(', ')} },`
}

/** The text of src/corpus/languages.ts. */
export function languagesSource(): string {
  const manifest = new URL('../node_modules/linguist-languages/package.json', import.meta.url)
  const { version } = JSON.parse(readFileSync(manifest, 'utf8')) as { version: string }
  const rows = makeRows()
  if (problems.length > 0) throw new Error(`make-languages:\n  ${problems.join('\n  ')}`)
  return `// Made by scripts/make-languages.ts from linguist-languages ${version} (MIT). Change it there.

/** One language; the lists are words separated by a space, extensions in lower case with their dot. */
export interface LanguageRow {
  readonly id: string
  readonly name: string
  readonly highlight?: string
  readonly extensions?: string
  readonly filenames?: string
  readonly interpreters?: string
  readonly aliases?: string
}

// biome-ignore format: one language a line
export const languageRows: readonly LanguageRow[] = [
${rows.map(rowSource).join('\n')}
]
`
}

if (import.meta.main) {
  writeFileSync(new URL('../src/corpus/languages.ts', import.meta.url), languagesSource())
}
