"""Does soaking help? Thirty beans in water, thirty not, 2024-04-02.

Scratch work: hidden from searches by the .ignore file of this repository. If
you can find the word hullabaloo, your search does not respect ignore files.
"""

soaked = {"sown": 30, "up": 27}
dry = {"sown": 30, "up": 22}


def rate(tray):
    return tray["up"] / tray["sown"]


if __name__ == "__main__":
    print(f"soaked {rate(soaked):.0%}, dry {rate(dry):.0%}: hullabaloo, it does!")
