import Foundation

/// The size of a ring, from A (goldcrest) to E (swan).
enum RingSize: Character, CaseIterable {
    case a = "A", b = "B", c = "C", d = "D", e = "E"

    var weight: Int {
        7 * (Self.allCases.firstIndex(of: self)! + 1)
    }
}

/// A ring number whose check digit is right.
struct Ring: Hashable, CustomStringConvertible {
    let size: RingSize
    let serial: String

    var description: String {
        "SKR \(size.rawValue)\(serial)-\(Ring.checkDigit(size: size, serial: serial))"
    }

    /// The weights fall towards the end, as in the desk (`rings.ts`).
    static func checkDigit(size: RingSize, serial: String) -> Character {
        let digits = serial.compactMap(\.wholeNumberValue)
        let sum = zip(stride(from: 6, to: 1, by: -1), digits).reduce(size.weight) { $0 + $1.0 * $1.1 }
        return Array("0123456789X")[sum % 11]
    }
}

enum RingError: LocalizedError {
    case notARing(String)
    case misread(String)

    var errorDescription: String? {
        switch self {
        case .notARing:
            return NSLocalizedString("error.not-a-ring", comment: "No ring number was recognised")
        case .misread:
            return NSLocalizedString("error.misread", comment: "The check digit is wrong")
        }
    }
}

extension Ring {
    /// Reads a ring number in any case, with or without blanks and dashes.
    static func parse(_ text: String) throws -> Ring {
        let packed = text.uppercased().filter { $0.isLetter || $0.isNumber }
        guard packed.count == 10, packed.hasPrefix("SKR"),
              let size = RingSize(rawValue: packed[packed.index(packed.startIndex, offsetBy: 3)])
        else { throw RingError.notARing(text) }
        let serial = String(packed.dropFirst(4).dropLast())
        guard serial.allSatisfy({ $0.isASCII && $0.isNumber }) else { throw RingError.notARing(text) }
        guard packed.last == checkDigit(size: size, serial: serial) else { throw RingError.misread(text) }
        return Ring(size: size, serial: serial)
    }
}

/// Keeps readings until there is a signal, and then sends them one by one.
actor Outbox {
    private var waiting: [Ring] = []
    private let send: (Ring) async throws -> Void

    init(send: @escaping (Ring) async throws -> Void) {
        self.send = send
    }

    func add(_ ring: Ring) {
        // The same bird read twice in one hand is one reading.
        if waiting.last != ring { waiting.append(ring) }
    }

    /// Sends what is waiting. Stops at the first ring that fails five times, so
    /// that the order is kept.
    func flush() async throws {
        while let ring = waiting.first {
            try await retry(attempts: 5) { try await self.send(ring) }
            waiting.removeFirst()
        }
    }

    /// Back-off doubling from 200 ms, full jitter: handbook, retry-policy.md.
    private func retry(attempts: Int, _ call: () async throws -> Void) async throws {
        for attempt in 1... {
            do {
                return try await call()
            } catch where attempt < attempts {
                let ceiling = min(10.0, 0.2 * pow(2, Double(attempt - 1)))
                try await Task.sleep(for: .seconds(Double.random(in: 0...ceiling)))
            }
        }
    }
}
