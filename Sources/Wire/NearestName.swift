/// Finds what somebody probably meant.
package enum NearestName {
    /// The known name with the fewest edits from `name`, when that is few enough to be a slip rather than another word.
    ///
    /// The bound is a third of the longer name's length, at least one. Ties go to the first.
    package static func of(_ name: String, among known: some Sequence<String>) -> String? {
        guard name.utf8.count <= lengthLimit else { return nil }
        let wanted = letters(name.lowercased())
        var best: (name: String, edits: Int)?
        for candidate in known {
            let other = letters(candidate.lowercased())
            let bound = min(max(1, max(wanted.count, other.count) / 3), (best?.edits ?? .max) - 1)
            // Each letter that one has more is an edit; thousands of unknown keys have nothing near them.
            guard abs(wanted.count - other.count) <= bound else { continue }
            let edits = distance(wanted, other)
            if edits <= bound { best = (candidate, edits) }
        }
        return best?.name
    }

    /// Bytes of the longest name that is taken for a slip.
    private static let lengthLimit = 256

    /// Edit distance with transpositions of neighbours (optimal string alignment): Damerau, Comm. ACM 7(3), 1964.
    ///
    /// Both are cut after 128 characters, so that a hostile key costs little.
    package static func distance(_ left: String, _ right: String) -> Int { distance(letters(left), letters(right)) }

    /// Scalars and not characters, which take ten times as long to compare.
    private static func letters(_ name: String) -> [Unicode.Scalar] { Array(name.unicodeScalars.prefix(128)) }

    private static func distance(_ left: [Unicode.Scalar], _ right: [Unicode.Scalar]) -> Int {
        guard !left.isEmpty else { return right.count }
        guard !right.isEmpty else { return left.count }
        var beforeLast = [Int](repeating: 0, count: right.count + 1)
        var last = Array(0...right.count)
        for row in 1...left.count {
            var current = [row]
            current.reserveCapacity(right.count + 1)
            for column in 1...right.count {
                let substituted = last[column - 1] + (left[row - 1] == right[column - 1] ? 0 : 1)
                var edits = min(last[column] + 1, current[column - 1] + 1, substituted)
                if row > 1, column > 1, left[row - 1] == right[column - 2], left[row - 2] == right[column - 1] {
                    edits = min(edits, beforeLast[column - 2] + 1)
                }
                current.append(edits)
            }
            (beforeLast, last) = (last, current)
        }
        return last[right.count]
    }
}
