/* The registers we use, and not one more. Addresses are those of the
 * reference manual RM0444, section 2.2. */
#ifndef BOARD_H
#define BOARD_H

#include <stdint.h>

#define REG(address) (*(volatile uint32_t *)(address))

/* Reset and clock control */
#define RCC_IOPENR   REG(0x40021034u)
#define RCC_APBENR2  REG(0x40021040u)

/* Port A: lamp, changer, and the serial line to the radio */
#define GPIOA_MODER  REG(0x50000000u)
#define GPIOA_IDR    REG(0x50000010u)
#define GPIOA_BSRR   REG(0x50000018u)
#define GPIOA_AFRH   REG(0x50000024u)

/* USART 1 */
#define USART1_CR1   REG(0x40013800u)
#define USART1_BRR   REG(0x4001380Cu)
#define USART1_ISR   REG(0x4001381Cu)
#define USART1_RDR   REG(0x40013824u)
#define USART1_TDR   REG(0x40013828u)

#define USART_RXNE   (1u << 5)
#define USART_TXE    (1u << 7)

/* The watchdog of the chip: 4 s without a kick is a reset. */
#define IWDG_KR      REG(0x40003000u)
#define WATCHDOG_START 0xCCCCu
#define WATCHDOG_KICK  0xAAAAu

/* SysTick */
#define SYST_CSR     REG(0xE000E010u)
#define SYST_RVR     REG(0xE000E014u)
#define SYST_CVR     REG(0xE000E018u)

#define CLOCK_HZ 16000000u

/* Pins of port A */
enum {
    PIN_LAMP = 4,    /* out: the relay of the lamp */
    PIN_CHANGER = 5, /* out: one pulse turns the carousel by one lamp */
    PIN_CURRENT = 6, /* in: high while the lamp draws current */
    PIN_DAYLIGHT = 7 /* in: high between sunrise and sunset */
};

#endif
