import Nets

extension SeededGenerator {
    static func values(_ count: Int, seed: UInt64, within range: ClosedRange<Float> = 0...1) -> [Float] {
        var generator = SeededGenerator(seed: seed)
        return (0..<count).map { _ in Float.random(in: range, using: &generator) }
    }
}
