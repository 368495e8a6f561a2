#pragma once

#include <cstddef>
#include <string>
#include <vector>

#define QUEUE_CHECK(x) ((x) ? (void)0 : queue::fail(#x))
#define QUEUE_SIZE 64

namespace queue {

[[noreturn]] void fail(const char *what);

enum class Order { Fifo, Lifo };

union Cell {
  int number;
  const char *text;
};

struct Options {
  Order order = Order::Fifo;
  std::size_t limit = QUEUE_SIZE;
  bool valid() const { return limit > 0; }
};

typedef void (*Visitor)(int);
using Names = std::vector<std::string>;

template <typename T>
class Queue {
public:
  explicit Queue(Options options) : options_(options) {}
  virtual ~Queue();

  void push(T value);
  T *peek() const {
    return items_.empty() ? nullptr : const_cast<T *>(&items_.front());
  }
  Queue &operator=(const Queue &other) = delete;
  bool operator==(const Queue &other) const { return items_ == other.items_; }

  class Iterator {
  public:
    bool next() { return ++at_ < 10; }

  private:
    int at_ = 0;
  };

private:
  Options options_;
  std::vector<T> items_;
};

template <typename T>
Queue<T>::~Queue() = default;

template <typename T>
void Queue<T>::push(T value) {
  QUEUE_CHECK(items_.size() < options_.limit);
  items_.push_back(value);
}

namespace detail {
static inline int *slot(int *from, int at) { return from + at; }
const std::string &name_of(Order order) {
  static const std::string names[] = {"fifo", "lifo"};
  return names[static_cast<int>(order)];
}
}  // namespace detail

}  // namespace queue

extern "C" {
int queue_version(void) { return 3; }
}
