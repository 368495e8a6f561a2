/* The light on Lantern Rock. */

#include "board.h"
#include "lamp.h"
#include "settings.h"
#include "uart.h"

#ifndef VERSION
#define VERSION "dev"
#endif

/* One of the two copies in flash. The newer good one counts. */
struct stored {
    uint32_t serial;
    struct settings settings;
    uint32_t crc;
};

/* From lamphouse.ld. */
extern const uint8_t settings_start[];

enum {
    PAGE_SIZE = 1024,
    STEADY_MS = 400 /* a filament that has glowed so long draws its true current */
};

static volatile uint32_t now_ms;
static struct settings settings;

void tick_handler(void)
{
    now_ms++;
}

void delay_ms(uint32_t ms)
{
    uint32_t start = now_ms;
    while (now_ms - start < ms) {
        IWDG_KR = WATCHDOG_KICK;
    }
}

/* Reads the settings: the defaults, unless a copy in flash is newer and good.
 * A page that lost power while it was written has a bad CRC, and the other one
 * is as good as the day before. */
static void load_config(void)
{
    uint32_t newest = 0;
    settings_default(&settings);
    for (uint32_t page = 0; page < 2; page++) {
        const struct stored *copy = (const void *)(settings_start + page * PAGE_SIZE);
        uint32_t crc = crc32(copy, (uint32_t)(sizeof *copy - sizeof copy->crc));
        if (copy->crc == crc && copy->serial > newest) {
            newest = copy->serial;
            settings = copy->settings;
        }
    }
}

static bool is_day(void)
{
    return (GPIOA_IDR >> PIN_DAYLIGHT & 1u) != 0;
}

static void answer(const char *line)
{
    switch (parse_setting(line, &settings)) {
    case SETTINGS_OK:
        /* FIXME: write the new settings to flash; until then a reset brings
         * the old ones back, which has confused the relief keeper twice. */
        uart_print("ok ");
        uart_print(settings.text);
        uart_print("\r\n");
        break;
    case SETTINGS_NO_EQUALS:
        uart_print("lamphouse " VERSION "\r\n");
        break;
    case SETTINGS_UNKNOWN_NAME:
        uart_print("error: unknown setting\r\n");
        break;
    case SETTINGS_BAD_VALUE:
        uart_print("error: bad value\r\n");
        break;
    }
}

int main(void)
{
    static char line[64];
    uint32_t lit_since = 0;

    lamp_init(); /* rule 1: the lamp is lit first */
    SYST_RVR = CLOCK_HZ / 1000 - 1;
    SYST_CVR = 0;
    SYST_CSR = 7;
    IWDG_KR = WATCHDOG_START;
    uart_init();
    load_config();

    for (;;) {
        IWDG_KR = WATCHDOG_KICK;
        bool on_duty = settings.day_light || !is_day();
        bool lit = on_duty && character_lit(&settings.character, now_ms);
        lamp_set(lit);

        if (!lit) {
            lit_since = now_ms;
        } else if (now_ms - lit_since >= STEADY_MS) {
            if (!lamp_check()) {
                uart_print("alarm: no lamp burns\r\n");
            }
            lit_since = now_ms; /* and again in 400 ms, if it is still lit */
        }
        if (uart_read_line(line, sizeof line)) {
            answer(line);
        }
    }
}
