#include "lamp.h"

#include "board.h"

enum {
    LAMPS = 6,
    WARM_UP_MS = 300,  /* until the filament draws a steady current */
    PULSE_MS = 80,     /* turns the carousel by one lamp */
    SETTLE_MS = 400,
    BACKOFF_MS = 200   /* first pause between attempts to strike */
};

static uint8_t spares = LAMPS;
static bool is_lit;

void lamp_init(void)
{
    RCC_IOPENR |= 1u;
    /* Two bits a pin: 01 is output, 00 is input. */
    uint32_t mode = GPIOA_MODER;
    mode &= ~(0xFFu << (2 * PIN_LAMP));
    mode |= 1u << (2 * PIN_LAMP) | 1u << (2 * PIN_CHANGER);
    GPIOA_MODER = mode;
    lamp_set(true); /* rule 4: if in doubt, show a light */
}

void lamp_set(bool lit)
{
    is_lit = lit;
    /* The upper half of the register clears, the lower half sets. */
    GPIOA_BSRR = 1u << (lit ? PIN_LAMP : PIN_LAMP + 16);
}

uint8_t lamp_spares(void)
{
    return spares;
}

static bool burns(void)
{
    return (GPIOA_IDR >> PIN_CURRENT & 1u) != 0;
}

static bool strike(void)
{
    lamp_set(true);
    delay_ms(WARM_UP_MS);
    return burns();
}

static void next_lamp(void)
{
    lamp_set(false);
    GPIOA_BSRR = 1u << PIN_CHANGER;
    delay_ms(PULSE_MS);
    GPIOA_BSRR = 1u << (PIN_CHANGER + 16);
    delay_ms(SETTLE_MS);
    spares--;
}

/* Back-off doubling from 200 ms, as in the handbook, but without jitter: there
 * is only one of us. Contacts corrode in salt air, and a second spark often
 * gets through where the first did not. */
static bool retry(bool (*call)(void), unsigned attempts)
{
    uint32_t pause = BACKOFF_MS;
    for (unsigned attempt = 1; attempt <= attempts; attempt++) {
        if (call()) {
            return true;
        }
        if (attempt < attempts) {
            lamp_set(false);
            delay_ms(pause);
            pause *= 2;
        }
    }
    return false;
}

bool lamp_check(void)
{
    /* A lamp that is meant to be dark cannot be checked. */
    if (!is_lit || burns()) {
        return true;
    }
    while (!retry(strike, 3)) {
        if (spares <= 1) {
            /* TODO: switch to the LED ring, once somebody has soldered it in. */
            return false;
        }
        next_lamp();
    }
    return true;
}
