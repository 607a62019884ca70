import ArgumentParser

extension ClosedRange<Int> {
    /// - Throws: `ValidationError` for a value of an option, as typed, that is not in here.
    func check(_ value: Int, of option: String) throws {
        guard !contains(value) else { return }
        throw ValidationError("\(option) is \(value); expected a whole number, \(lowerBound) to \(upperBound).")
    }
}
