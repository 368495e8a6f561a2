/* Runs on the build machine: make test. */

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "settings.h"

int main(void)
{
    struct settings s;
    settings_default(&s);
    assert(s.brightness == 100 && character_period(&s.character) == 15000);

    assert(parse_setting("character=Oc R 6s", &s) == SETTINGS_OK);
    assert(strcmp(s.text, "Oc R 6s") == 0 && s.character.colour == 'R');

    /* A bad value must not change anything. */
    struct settings before = s;
    assert(parse_setting("character=Disco W 1s", &s) == SETTINGS_BAD_VALUE);
    assert(parse_setting("character=Fl(3) W 15s                    ", &s) == SETTINGS_BAD_VALUE);
    assert(parse_setting("brightness=5", &s) == SETTINGS_BAD_VALUE);
    assert(parse_setting("brightness=1000", &s) == SETTINGS_BAD_VALUE);
    assert(parse_setting("colour=R", &s) == SETTINGS_UNKNOWN_NAME);
    assert(parse_setting("bright=50", &s) == SETTINGS_UNKNOWN_NAME);
    assert(parse_setting("version?", &s) == SETTINGS_NO_EQUALS);
    assert(memcmp(&before, &s, sizeof s) == 0);

    assert(parse_setting("day_light=yes", &s) == SETTINGS_OK && s.day_light);
    assert(crc32("123456789", 9) == 0xCBF43926u); /* the check value of the CRC */

    puts("test_settings: ok");
    return 0;
}
