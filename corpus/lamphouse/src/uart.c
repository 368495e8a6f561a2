#include "uart.h"

#include "board.h"

#define BAUD 9600u

void uart_init(void)
{
    RCC_APBENR2 |= 1u << 14;
    /* PA9 and PA10 belong to the serial line: alternate function 1. */
    GPIOA_MODER = (GPIOA_MODER & ~(0xFu << 18)) | 0xAu << 18;
    GPIOA_AFRH = (GPIOA_AFRH & ~(0xFFu << 4)) | 0x11u << 4;
    USART1_BRR = CLOCK_HZ / BAUD;
    USART1_CR1 = 1u << 3 | 1u << 2 | 1u; /* transmit, receive, on */
}

void uart_print(const char *text)
{
    for (; *text != '\0'; text++) {
        /* One character takes a millisecond. If the radio is dead, the rest of
         * the message is not worth waiting for. */
        uint32_t patience = CLOCK_HZ / 1000;
        while ((USART1_ISR & USART_TXE) == 0) {
            if (--patience == 0) {
                return;
            }
        }
        USART1_TDR = (uint8_t)*text;
    }
}

bool uart_read_line(char *line, size_t room)
{
    static size_t length;
    static bool overflow;

    while ((USART1_ISR & USART_RXNE) != 0) {
        char c = (char)USART1_RDR;
        if (c == '\r') {
            continue;
        }
        if (c != '\n') {
            if (length + 1 < room) {
                line[length++] = c;
            } else {
                overflow = true;
            }
            continue;
        }
        bool complete = !overflow && length > 0;
        line[length] = '\0';
        length = 0;
        overflow = false;
        if (complete) {
            return true;
        }
    }
    return false;
}
