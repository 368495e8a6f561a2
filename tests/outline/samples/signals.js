const registry = new Map()

class Signal {
  static count = 0
  #value

  constructor(value) {
    this.#value = value
    Signal.count++
  }

  get value() {
    return this.#value
  }

  set(value) {
    this.#value = value
    this.notify()
  }

  notify() {
    for (const run of registry.get(this) ?? []) run(this.#value)
  }

  static from(iterable) {
    return [...iterable].map((value) => new Signal(value))
  }
}

class Computed extends Signal {
  async *values() {
    yield this.value
  }
}

function listen(signal, run) {
  function remove() {
    registry.get(signal).delete(run)
  }
  registry.set(signal, (registry.get(signal) ?? new Set()).add(run))
  return remove
}

async function settled(signal) {
  await Promise.resolve()
  return signal.value
}

function* naturals() {
  let n = 0
  while (true) yield n++
}

const double = (x) => x * 2
const halve = (x) => x / 2

function Legacy(name) {
  this.name = name
}

Legacy.prototype.greet = function () {
  return `function not() {} ${this.name}`
}

module.exports = { Signal, Computed, listen, settled, naturals, double, halve, Legacy }
