/** A real file of a language, and what Universal Ctags says of it in `expected/NAME.txt`. */
export interface Sample {
  readonly name: string
  readonly file: string
  readonly language: string
  /** What ctags is told, where it does not see the language by itself. */
  readonly flags?: readonly string[]
  /** Kinds of ctags, and what they are called here. Kinds that are not here stand in no outline. */
  readonly kinds: Readonly<Record<string, readonly string[]>>
  /** Names that only one of the two has, with the reason, by line and name. */
  readonly onlyCtags?: Readonly<Record<string, string>>
  readonly onlyOurs?: Readonly<Record<string, string>>
}

const c = {
  macro: ['macro'],
  prototype: ['prototype'],
  struct: ['struct'],
  union: ['union'],
  enum: ['enum'],
  typedef: ['type'],
  class: ['class'],
  namespace: ['namespace'],
  function: ['function', 'method'],
}
const typescript = {
  alias: ['type'],
  interface: ['interface'],
  enum: ['enum'],
  class: ['class'],
  namespace: ['namespace'],
  function: ['function'],
  method: ['method'],
}
const anonymous = 'has no name of its own'
const grouped = 'a rule for several selectors stands once, with all of them'

export const samples: readonly Sample[] = [
  {
    name: 'c',
    file: 'corpus/lamphouse/src/character.c',
    language: 'c',
    flags: ['--kinds-C=+p'],
    kinds: c,
    onlyCtags: { '5 __anonf74d22020103': anonymous, '16 __anonf74d22020208': anonymous },
  },
  {
    name: 'c-header',
    file: 'corpus/lamphouse/src/board.h',
    language: 'c',
    flags: ['--language-force=C', '--kinds-C=+p'],
    kinds: c,
    onlyCtags: { '4 BOARD_H': 'a guard, with no value', '43 __anon67d28d020103': anonymous },
  },
  {
    name: 'cpp',
    file: 'tests/outline/samples/queue.hpp',
    language: 'c++',
    flags: ['--kinds-C++=+p'],
    kinds: c,
    onlyCtags: {
      '40 operator =': 'has no space here, below',
      '41 operator ==': 'has no space here, below',
      '57 ~Queue': 'stands with its class, below',
      '60 push': 'stands with its class, below',
    },
    onlyOurs: {
      '40 operator=': 'see above',
      '41 operator==': 'see above',
      '57 Queue<T>::~Queue': 'see above',
      '60 Queue<T>::push': 'see above',
    },
  },
  {
    name: 'javascript',
    file: 'tests/outline/samples/signals.js',
    language: 'javascript',
    kinds: {
      class: ['class', 'function'],
      function: ['function'],
      generator: ['function', 'method'],
      method: ['method', 'function'],
      getter: ['method'],
    },
    onlyOurs: {
      '16 set': 'ctags takes it for the beginning of a setter',
      '54 double': 'a constant to ctags',
      '55 halve': 'a constant to ctags',
    },
  },
  {
    name: 'typescript',
    file: 'corpus/ringing-desk/web/src/api.ts',
    language: 'typescript',
    kinds: typescript,
    onlyCtags: { '3 Ring': 'an import' },
    onlyOurs: {
      '37 request': 'ctags passes over it',
      '53 find': 'ctags passes over it',
      '63 report': 'ctags passes over it',
    },
  },
  {
    name: 'tsx',
    file: 'tests/outline/samples/Board.tsx',
    language: 'tsx',
    flags: ['--language-force=TypeScript'],
    kinds: typescript,
    onlyCtags: { '1 ReactNode': 'an import', '31 void': 'a type' },
    onlyOurs: {
      '20 toMinutes': 'a constant to ctags',
      '24 timeOf': 'a constant to ctags',
      '26 batches': 'ctags passes over generators',
      '34 constructor': 'ctags passes over it, behind what it takes for a method above',
      '53 key': 'ctags passes over it, behind an abstract method',
    },
  },
  {
    name: 'python',
    file: 'corpus/seed-library/seedlib/catalogue.py',
    language: 'python',
    kinds: { class: ['class'], function: ['function'], member: ['method'] },
  },
  {
    name: 'go',
    file: 'corpus/tidewatch/internal/httpapi/server.go',
    language: 'go',
    kinds: {
      struct: ['struct'],
      interface: ['interface'],
      type: ['type'],
      func: ['function', 'method'],
    },
  },
  {
    name: 'go-generated',
    file: 'corpus/tidewatch/gen/tidepb/tide.pb.go',
    language: 'go',
    kinds: {
      struct: ['struct'],
      interface: ['interface'],
      type: ['type'],
      func: ['function', 'method'],
    },
  },
  {
    name: 'rust',
    file: 'corpus/glyphflow/src/style.rs',
    language: 'rust',
    kinds: {
      module: ['module'],
      struct: ['struct'],
      enum: ['enum'],
      interface: ['trait'],
      implementation: ['impl'],
      typedef: ['type'],
      macro: ['macro'],
      function: ['function'],
      method: ['method'],
    },
  },
  {
    name: 'java',
    file: 'corpus/ringing-desk/importer/src/main/java/org/example/ringing/RecoveryParser.java',
    language: 'java',
    // To ctags a record is its constructor.
    kinds: {
      class: ['class'],
      interface: ['interface'],
      enum: ['enum'],
      method: ['method', 'record'],
    },
  },
  {
    name: 'csharp',
    file: 'tests/outline/samples/Timetable.cs',
    language: 'c#',
    kinds: {
      namespace: ['namespace'],
      class: ['class'],
      interface: ['interface'],
      struct: ['struct'],
      enum: ['enum'],
      // A delegate is a method to ctags.
      method: ['method', 'type'],
      property: ['property'],
    },
    onlyOurs: { '90 Select': 'ctags passes over what has a constraint' },
  },
  {
    name: 'php',
    file: 'tests/outline/samples/Mailer.php',
    language: 'php',
    kinds: {
      namespace: ['namespace'],
      class: ['class'],
      interface: ['interface'],
      trait: ['trait'],
      function: ['function', 'method'],
    },
  },
  {
    name: 'ruby',
    file: 'corpus/potluck/lib/potluck/quantity.rb',
    language: 'ruby',
    kinds: {
      module: ['module'],
      class: ['class'],
      method: ['method'],
      singletonMethod: ['method'],
    },
  },
  {
    name: 'shell',
    file: 'corpus/harbour-ops/bin/deploy',
    language: 'shell',
    kinds: { function: ['function'] },
  },
  {
    name: 'powershell',
    file: 'corpus/harbour-ops/windows/Backup-Harbour.ps1',
    language: 'powershell',
    kinds: { function: ['function'], class: ['class'] },
  },
  {
    name: 'css',
    file: 'corpus/ringing-desk/web/styles/app.css',
    language: 'css',
    kinds: { class: ['selector'], selector: ['selector'], id: ['selector'] },
    onlyCtags: {
      '27 *': grouped,
      '28 *::before': grouped,
      '29 *::after': grouped,
      '66 .error)': 'a part of :is(…)',
      '66 .help': 'a part of :is(…)',
      '66 .lookup > :is(label': 'a part of :is(…)',
      '121 :is(th': 'a part of :is(…)',
      '121 td)': 'a part of :is(…)',
      '126 th:last-child': grouped,
      '127 td:last-child': grouped,
      '142 .lookup': grouped,
      '143 footer': grouped,
    },
    onlyOurs: {
      '17 (prefers-color-scheme: dark)': 'ctags has no media queries',
      '27 *, *::before, *::after': grouped,
      '66 .lookup > :is(label, .help, .error)': 'see above',
      '121 :is(th, td)': 'see above',
      '126 th:last-child, td:last-child': grouped,
      '135 (max-width: 30rem)': 'ctags has no media queries',
      '141 print': 'ctags has no media queries',
      '142 .lookup, footer': grouped,
    },
  },
  {
    name: 'markdown',
    file: 'corpus/handbook/awkward-files.md',
    language: 'markdown',
    kinds: { chapter: ['heading'], section: ['heading'], subsection: ['heading'] },
  },
  {
    name: 'makefile',
    file: 'corpus/lamphouse/Makefile',
    language: 'makefile',
    kinds: { target: ['target'] },
  },
]
