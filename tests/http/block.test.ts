import { expect, it } from 'vitest'
import { blockAround } from '../../src/http/block.ts'

const c = `#include <x.h>

static int first(int a,
		 int b)
{
	int c = a;

	if (c) {
#ifdef X
		c++;
#endif
		goto out;
	}
out:
	return c;
}

int last(void) {
	return 1;
}

int global;`

const typescript = `import x from 'y'

/** Doc. */
export function one(
  a: string,
): number {
  if (a) {
    return 1
  } else {
    return 2
  }
}

export class Two {
  field = 1

  method(a: number) {
    return a
  }
}

const three = 3`

const python = `class A:
    def f(self):
        if x:
            y()

        return 1

    def g(self):
        pass

def h():
    return 2

z = h()`

it.each<[string, string, number, [number, number]]>([
  ['C, in the body', c, 10, [3, 16]],
  ['C, behind a label', c, 15, [3, 16]],
  ['C, its signature', c, 4, [3, 16]],
  ['C, its brace on the same line', c, 19, [18, 20]],
  ['C, in no function', c, 22, [22, 22]],
  ['a directive', c, 1, [1, 1]],
  ['TypeScript, arguments over several lines', typescript, 8, [4, 12]],
  ['TypeScript, behind else', typescript, 10, [4, 12]],
  ['TypeScript, the first line', typescript, 4, [4, 12]],
  ['a method', typescript, 18, [17, 19]],
  ['a field', typescript, 15, [15, 15]],
  ['a constant', typescript, 22, [22, 22]],
  ['Python, a method', python, 4, [2, 6]],
  ['Python, a blank line in it', python, 5, [2, 6]],
  ['Python, a function', python, 12, [11, 12]],
  ['Python, its first line', python, 11, [11, 12]],
  ['Python, in no function', python, 14, [14, 14]],
  ['nothing', '', 1, [1, 1]],
])('%s', (_, text, line, [from, to]) => {
  expect(blockAround(text.split('\n'), line)).toEqual({ from, to })
})

it('is bounded, and holds the line that was asked for', () => {
  const text = ['int f() {', ...Array.from({ length: 2_000 }, (_, i) => `  x${i};`), '}']
  expect(blockAround(text, 1_000)).toEqual({ from: 800, to: 1_199 })
  expect(blockAround(text, 3)).toEqual({ from: 1, to: 400 })
})
