package org.example.ringing

import java.io.IOException
import kotlin.math.min
import kotlin.random.Random
import kotlinx.coroutines.delay

/** The size of a ring, from A (goldcrest) to E (swan). */
enum class RingSize { A, B, C, D, E }

/** A ring number whose check digit is right. */
data class Ring(val size: RingSize, val serial: String) {
    override fun toString() = "SKR $size$serial-${checkDigit(size, serial)}"

    companion object {
        /** The weights fall towards the end, as in the desk (`rings.ts`). */
        fun checkDigit(size: RingSize, serial: String): Char {
            val letters = 7 * (size.ordinal + 1)
            val digits = serial.mapIndexed { i, digit -> (6 - i) * digit.digitToInt() }.sum()
            return "0123456789X"[(letters + digits) % 11]
        }
    }
}

/** What the camera or the microphone made of a ring. */
sealed interface Scan {
    data class Read(val ring: Ring) : Scan

    /** Readable, but the check digit disagrees: say so before the bird flies. */
    data class Misread(val text: String) : Scan

    data object Blank : Scan
}

private val pattern = Regex("""SKR\s*([A-E])\s*(\d{5})\s*[-–]?\s*([\dX])""")

/** Letters that optical character recognition takes for digits on worn metal. */
private val lookalikes = mapOf('O' to '0', 'Q' to '0', 'I' to '1', 'L' to '1', 'Z' to '2', 'S' to '5')

/** Finds a ring number anywhere in what was recognised. */
fun parseScan(text: String): Scan {
    val upper = text.uppercase()
    val match = pattern.find(upper) ?: pattern.find(repair(upper)) ?: return Scan.Blank
    val (size, serial, check) = match.destructured
    val ring = Ring(RingSize.valueOf(size), serial)
    return if (Ring.checkDigit(ring.size, serial) == check.single()) Scan.Read(ring) else Scan.Misread(match.value)
}

/** Replaces lookalikes, but only behind the size letter: `SKR` itself has an S. */
private fun repair(text: String): String {
    val head = Regex("""SKR\s*[A-E]""").find(text) ?: return text
    val digits = text.drop(head.range.last + 1).map { lookalikes[it] ?: it }
    return text.take(head.range.last + 1) + digits.joinToString("")
}

/** Reads a ring number aloud, digit by digit, for a ringer with both hands full. */
fun spell(ring: Ring): List<String> =
    buildList {
        add(ring.size.name)
        ring.serial.forEach { add(it.toString()) }
        add("check ${Ring.checkDigit(ring.size, ring.serial)}")
    }

/**
 * Sends readings to the desk when there is a signal. The policy is the one of the handbook (retry-policy.md): five
 * attempts, back-off doubling from 200 ms, full jitter.
 */
class Uploader(private val send: suspend (Ring) -> Unit, private val random: Random = Random.Default) {

    suspend fun upload(ring: Ring) = retry(attempts = 5) { send(ring) }

    private suspend fun <T> retry(attempts: Int, call: suspend () -> T): T {
        repeat(attempts - 1) { failed ->
            try {
                return call()
            } catch (e: IOException) {
                // TODO: show the number of waiting rings in the status bar.
                delay(backoffMillis(failed))
            }
        }
        return call()
    }

    private fun backoffMillis(failed: Int): Long {
        val ceiling = min(10_000L, 200L shl failed)
        return random.nextLong(ceiling + 1)
    }
}
