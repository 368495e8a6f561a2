/* Runs on the build machine: make test. */

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "character.h"

static unsigned count_flashes(const struct character *c)
{
    unsigned flashes = 0;
    bool before = character_lit(c, character_period(c) - 1);
    for (uint32_t ms = 0; ms < character_period(c); ms++) {
        bool lit = character_lit(c, ms);
        flashes += lit && !before;
        before = lit;
    }
    return flashes;
}

static void test_good_characters(void)
{
    static const struct {
        const char *text;
        unsigned flashes;
        uint32_t period;
    } cases[] = {
        {"Fl(3) W 15s", 3, 15000}, {"Fl W 5s", 1, 5000},   {"LFl W 10s", 1, 10000},
        {"Fl(2+1) W 20s", 3, 20000}, {"Iso R 4s", 1, 4000}, {"Oc G 6s", 1, 6000},
        {"Oc(2) W 12s", 2, 12000}, {"Q W", 1, 1000},       {"F R", 0, 1000},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct character c;
        enum character_error error = parse_character(cases[i].text, &c);
        if (error != CHARACTER_OK || count_flashes(&c) != cases[i].flashes ||
            character_period(&c) != cases[i].period) {
            fprintf(stderr, "%s: %s\n", cases[i].text, character_message(error));
            assert(!"a good character");
        }
    }
}

static void test_bad_characters(void)
{
    static const struct {
        const char *text;
        enum character_error error;
    } cases[] = {
        {"", CHARACTER_UNKNOWN_CLASS},       {"Disco W 1s", CHARACTER_UNKNOWN_CLASS},
        {"Fl(3 W 15s", CHARACTER_BAD_GROUP}, {"Fl(0) W 15s", CHARACTER_BAD_GROUP},
        {"Fl(1+1+1) W 30s", CHARACTER_BAD_GROUP},
        {"Fl(3) P 15s", CHARACTER_BAD_COLOUR},
        {"Fl(3) W", CHARACTER_BAD_PERIOD},   {"Fl(3) W 61s", CHARACTER_BAD_PERIOD},
        {"Fl(3) W 15s!", CHARACTER_BAD_PERIOD},
        {"Fl(9) W 5s", CHARACTER_TOO_SHORT},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct character c;
        memset(&c, 0x5A, sizeof c);
        assert(parse_character(cases[i].text, &c) == cases[i].error);
        assert(c.colour == 0x5A); /* untouched */
    }
}

static void test_the_light_on_lantern_rock(void)
{
    struct character c;
    assert(parse_character("Fl(3) W 15s", &c) == CHARACTER_OK);
    assert(c.colour == 'W');
    assert(character_lit(&c, 0) && !character_lit(&c, 500));
    assert(character_lit(&c, 2000) && character_lit(&c, 4000));
    assert(!character_lit(&c, 6000) && !character_lit(&c, 14999));
    assert(character_lit(&c, 15000));
}

int main(void)
{
    test_good_characters();
    test_bad_characters();
    test_the_light_on_lantern_rock();
    puts("test_character: ok");
    return 0;
}
