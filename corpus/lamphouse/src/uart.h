/* The serial line to the radio: 9600 baud, eight bits, no parity. */
#ifndef UART_H
#define UART_H

#include <stdbool.h>
#include <stddef.h>

void uart_init(void);
void uart_print(const char *text);

/* Collects what has arrived. Returns true once, when a line is complete; the
 * line end is cut off. A line that does not fit is dropped as a whole. */
bool uart_read_line(char *line, size_t room);

#endif
