/* What the keeper may change over the radio. */
#ifndef SETTINGS_H
#define SETTINGS_H

#include <stdbool.h>
#include <stdint.h>

#include "character.h"

struct settings {
    char text[24]; /* the character as it was sent, for reading back */
    struct character character;
    uint8_t brightness; /* per cent */
    bool day_light;     /* burn by day as well, for tests */
};

enum settings_error {
    SETTINGS_OK = 0,
    SETTINGS_NO_EQUALS,
    SETTINGS_UNKNOWN_NAME,
    SETTINGS_BAD_VALUE
};

/* Fl(3) W 15s, full brightness, dark by day. */
void settings_default(struct settings *s);

/* Parses "name=value" and changes *s, or returns an error and does not. */
enum settings_error parse_setting(const char *line, struct settings *s);

/* The CRC-32 of Ethernet, bit by bit: slow, short, and only run on settings. */
uint32_t crc32(const void *data, uint32_t size);

#endif
