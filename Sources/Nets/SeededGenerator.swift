import Foundation

/// A reproducible source of randomness: xoshiro256**, seeded by SplitMix64 (Blackman, Vigna 2018).
///
/// The same seed gives the same numbers on every machine. Not for secrets.
package struct SeededGenerator: RandomNumberGenerator, Sendable {
    private var state: (UInt64, UInt64, UInt64, UInt64)
    private var spare: Double?

    package init(seed: UInt64) {
        var seed = seed
        func next() -> UInt64 {
            seed &+= 0x9E37_79B9_7F4A_7C15
            var z = seed
            z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
            z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
            return z ^ (z >> 31)
        }
        state = (next(), next(), next(), next())
    }

    package mutating func next() -> UInt64 {
        let product = state.1 &* 5
        let result = (product << 7 | product >> 57) &* 9
        let shifted = state.1 << 17
        state.2 ^= state.0
        state.3 ^= state.1
        state.1 ^= state.2
        state.0 ^= state.3
        state.2 ^= shifted
        state.3 = state.3 << 45 | state.3 >> 19
        return result
    }

    /// A number in `[0, 1)`, uniformly distributed, with 53 random bits.
    package mutating func uniform() -> Double { Double(next() >> 11) * 0x1p-53 }

    /// A number in `[low, high)`.
    package mutating func uniform(_ low: Float, _ high: Float) -> Float { low + Float(uniform()) * (high - low) }

    /// A number from the standard normal distribution (Box, Muller 1958; the second of each pair is kept).
    package mutating func normal() -> Double {
        if let spare {
            self.spare = nil
            return spare
        }
        // 1 − u lies in (0, 1]: the logarithm is finite.
        let radius = (-2 * log(1 - uniform())).squareRoot()
        let angle = 2 * Double.pi * uniform()
        spare = radius * sin(angle)
        return radius * cos(angle)
    }

    /// Fills a tensor with normal noise.
    package mutating func fill(_ tensor: Tensor, mean: Float = 0, deviation: Float = 1) {
        for index in 0..<tensor.count { tensor.pointer[index] = mean + deviation * Float(normal()) }
    }
}

/// A generator that is kept goes on with the numbers that it would have given.
extension SeededGenerator: Codable {
    private enum CodingKeys: String, CodingKey {
        case state, spare
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        // As text: not every reader of JSON keeps all 64 bits of a number.
        let words = try container.decode([String].self, forKey: .state).compactMap { UInt64($0) }
        guard words.count == 4, words.contains(where: { $0 != 0 }) else {
            throw DecodingError.dataCorruptedError(
                forKey: .state, in: container, debugDescription: "no state of a generator")
        }
        state = (words[0], words[1], words[2], words[3])
        spare = try container.decodeIfPresent(Double.self, forKey: .spare)
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode([state.0, state.1, state.2, state.3].map(String.init), forKey: .state)
        try container.encodeIfPresent(spare, forKey: .spare)
    }
}
