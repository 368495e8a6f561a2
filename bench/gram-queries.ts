import type { Query } from './queries.ts'

// What people ask of these corpora besides the questions of the bench, as they come to mind: names, calls, phrases,
// messages, regular expressions with some text in them. An index is to be good at all of them.

interface Asked {
  /** As they stand. */
  readonly texts: readonly string[]
  readonly words: readonly string[]
  readonly ignoringCase: readonly string[]
  readonly regexes: readonly string[]
}

const asked: Readonly<Record<string, Asked>> = {
  linux: {
    texts: [
      'devm_regulator_bulk_get',
      'i2c_smbus_read_byte_data',
      'pci_enable_msix_range',
      'debugfs_create_file_unsafe',
      'hrtimer_start_range_ns',
      'blk_mq_alloc_tag_set',
      'CONFIG_HOTPLUG_CPU',
      'of_clk_add_hw_provider',
      'ERR_PTR(-EPROBE_DEFER)',
      'GFP_KERNEL | __GFP_ZERO',
      'spin_lock_irqsave(&priv->lock',
      'MODULE_DEVICE_TABLE(usb',
      'dma_set_mask_and_coherent(&pdev->dev, DMA_BIT_MASK(64))',
      'list_del_init(&req->list)',
      'struct net_device_stats',
      'should never happen',
      'is not supported by',
      'failed to request irq',
      'race condition between',
      'timed out waiting for',
      'to be called with',
      'memory leak',
    ],
    words: [
      'nr_pages',
      'tasklet',
      'inode_lock',
      'dma_pool',
      'readahead',
      'bdev',
      'min_free',
      'lru',
    ],
    ignoringCase: ['kernel panic', 'fixme: this', 'DEADLOCK', 'work around a bug'],
    regexes: [
      String.raw`static inline struct \w+ \*to_\w+_priv\(`,
      String.raw`#define\s+\w+_MAX_RETRIES\b`,
      String.raw`pr_(?:err|warn)\("failed to register`,
      'return -E(?:AGAIN|BUSY|INTR);',
      String.raw`\bcopy_(?:to|from)_kernel_nofault\b`,
      String.raw`module_param\(\w+, bool, 0644\)`,
      String.raw`free_irq\(\w+->irq, \w+\);`,
      String.raw`^\s*goto err_unmap;`,
      'TODO.*locking',
      String.raw`#include <linux/\w+/consumer\.h>`,
      String.raw`if \(!request_mem_region\(`,
      String.raw`snd_soc_\w+_get_drvdata\(`,
    ],
  },
  packages: {
    texts: [
      'getOwnPropertyDescriptors',
      'isPlainObject(',
      'Symbol.asyncIterator',
      'normalizePath',
      'process.env.NODE_ENV',
      'addEventListener("message"',
      'Promise.allSettled(',
      'module.exports = async',
      'export declare function create',
      'JSON.stringify(options)',
      'if (typeof callback ===',
      'throw new RangeError(',
      'Cannot find module',
      'must be a string',
      'is not a function',
      'has been deprecated',
      'as long as the',
      'for backwards compatibility',
      'Permission is hereby granted',
      'copyright notice and this',
    ],
    words: ['debounce', 'chunk', 'lerp', 'hoist', 'cwd', 'visitor', 'quaternion'],
    ignoringCase: ['todo: remove', 'XMLHTTPREQUEST', 'end of file', 'workaround for'],
    regexes: [
      String.raw`class \w+Error extends Error`,
      'export (?:default )?async function',
      String.raw`\bparse(?:Int|Float)\(\w+, 16\)`,
      String.raw`new Map\(\w+\.entries\(\)\)`,
      String.raw`require\(['"]node:fs['"]\)`,
      String.raw`\.replace\(/\\\\/g, `,
      String.raw`while \(\w+\.length > 0\)`,
      String.raw`^export \* from '\./\w+'`,
      'TODO.*performance',
      'Unexpected token.*expected',
      String.raw`@deprecated use \w+ instead`,
    ],
  },
}

/** More selective questions of a corpus, for judging the grams of an index. */
export function moreQueriesFor(corpus: string): readonly Query[] {
  const { texts, words, ignoringCase, regexes } = asked[corpus] ?? {
    ...{ texts: [], words: [], ignoringCase: [], regexes: [] },
  }
  const literal = (pattern: string): Query => ({
    ...{ name: pattern, kind: 'selective', pattern, syntax: 'literal' },
  })
  return [
    ...texts.map(literal),
    ...words.map((word): Query => ({ ...literal(word), word: true })),
    ...ignoringCase.map((text): Query => ({ ...literal(text), case: 'ignore' })),
    ...regexes.map((pattern): Query => ({ ...literal(pattern), syntax: 'regex' })),
  ]
}
