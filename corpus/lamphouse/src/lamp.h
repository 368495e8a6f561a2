/* The lamp, and the carousel with five more. */
#ifndef LAMP_H
#define LAMP_H

#include <stdbool.h>
#include <stdint.h>

void lamp_init(void);

/* Switches the lamp. Cheap enough to call every millisecond. */
void lamp_set(bool lit);

/* Is there a lamp that burns? Changes lamps until there is, or gives up. */
bool lamp_check(void);

/* Lamps that are left, the burning one included. */
uint8_t lamp_spares(void);

/* Waits; from main.c, because it also kicks the watchdog. */
void delay_ms(uint32_t ms);

#endif
