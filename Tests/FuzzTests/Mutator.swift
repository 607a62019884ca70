import Nets

/// Makes inputs from seeds, the same ones for the same seeds: a few changes each of the kinds that readers stumble over.
struct Mutator {
    private let seeds: [[UInt8]]
    private var numbers = SeededGenerator(seed: 13)
    /// Of the widths that formats count with, and a run of them.
    private static let extremes: [UInt8] = [0x00, 0x01, 0x7F, 0x80, 0xFF]

    init(of seeds: [[UInt8]]) {
        self.seeds = seeds
    }

    mutating func next() -> [UInt8] {
        var input = seed()
        for _ in 0..<Int.random(in: 1...4, using: &numbers) { change(&input) }
        return input
    }

    private mutating func seed() -> [UInt8] { seeds.randomElement(using: &numbers) ?? [] }

    private mutating func change(_ input: inout [UInt8]) {
        guard let place = input.indices.randomElement(using: &numbers) else {
            input = seed()
            return
        }
        let length = Int.random(in: 1...min(8, input.count - place), using: &numbers)
        let range = place..<place + length
        switch Int.random(in: 0..<8, using: &numbers) {
        case 0: input[place] ^= 1 << UInt8.random(in: 0..<8, using: &numbers)
        case 1: input[place] = .random(in: 0...255, using: &numbers)
        case 2: input.insert(.random(in: 0...255, using: &numbers), at: place)
        case 3: input.removeSubrange(range)
        case 4: input.replaceSubrange(range, with: repeatElement(extreme(), count: length))
        case 5: input.insert(contentsOf: input[range], at: place)
        case 6: input.removeSubrange(place...)
        default:
            let other = seed()
            input.replaceSubrange(place..., with: other.suffix(Int.random(in: 0...other.count, using: &numbers)))
        }
    }

    private mutating func extreme() -> UInt8 { Self.extremes.randomElement(using: &numbers)! }
}
