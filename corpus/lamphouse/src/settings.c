#include "settings.h"

#include <stddef.h>

/* There is no C library on the rock. */
static bool same(const char *a, const char *b, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        if (a[i] == '\0' || a[i] != b[i]) {
            return false;
        }
    }
    return b[length] == '\0';
}

static size_t copy(char *to, const char *from, size_t room)
{
    size_t i = 0;
    for (; i + 1 < room && from[i] != '\0'; i++) {
        to[i] = from[i];
    }
    to[i] = '\0';
    return i;
}

void settings_default(struct settings *s)
{
    static const char lantern_rock[] = "Fl(3) W 15s";
    copy(s->text, lantern_rock, sizeof s->text);
    (void)parse_character(lantern_rock, &s->character);
    s->brightness = 100;
    s->day_light = false;
}

static bool parse_percent(const char *text, uint8_t *out)
{
    uint32_t value = 0;
    size_t i = 0;
    for (; text[i] >= '0' && text[i] <= '9' && i < 3; i++) {
        value = value * 10 + (uint32_t)(text[i] - '0');
    }
    /* Below a tenth the light has no range and might as well be off. */
    if (i == 0 || text[i] != '\0' || value < 10 || value > 100) {
        return false;
    }
    *out = (uint8_t)value;
    return true;
}

enum settings_error parse_setting(const char *line, struct settings *s)
{
    size_t length = 0;
    while (line[length] != '\0' && line[length] != '=') {
        length++;
    }
    if (line[length] != '=') {
        return SETTINGS_NO_EQUALS;
    }
    const char *value = line + length + 1;

    if (same(line, "character", length)) {
        struct character character;
        char text[sizeof s->text];
        size_t copied = copy(text, value, sizeof text);
        if (value[copied] != '\0' || parse_character(value, &character) != CHARACTER_OK) {
            return SETTINGS_BAD_VALUE;
        }
        s->character = character;
        copy(s->text, text, sizeof s->text);
        return SETTINGS_OK;
    }
    if (same(line, "brightness", length)) {
        return parse_percent(value, &s->brightness) ? SETTINGS_OK : SETTINGS_BAD_VALUE;
    }
    if (same(line, "day_light", length)) {
        bool yes = same(value, "yes", 3);
        if (!yes && !same(value, "no", 2)) {
            return SETTINGS_BAD_VALUE;
        }
        s->day_light = yes;
        return SETTINGS_OK;
    }
    return SETTINGS_UNKNOWN_NAME;
}

uint32_t crc32(const void *data, uint32_t size)
{
    const uint8_t *bytes = data;
    uint32_t crc = 0xFFFFFFFFu;
    for (uint32_t i = 0; i < size; i++) {
        crc ^= bytes[i];
        for (int bit = 0; bit < 8; bit++) {
            crc = (crc >> 1) ^ (0xEDB88320u & (0u - (crc & 1u)));
        }
    }
    return ~crc;
}
