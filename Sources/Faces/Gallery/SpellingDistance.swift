/// How far two names are apart, to guess which one was meant.
enum SpellingDistance {
    /// The name that differs least from `name`, if no more than a third of its letters (rounded up) differ.
    static func nearest(to name: String, among names: [String]) -> String? {
        let wanted = Array(name.lowercased())
        let allowed = (wanted.count + 2) / 3
        return names.map { ($0, distance(wanted, Array($0.lowercased()))) }
            .filter { $0.1 <= allowed }
            .min { $0.1 < $1.1 }?.0
    }

    /// Insertions, deletions and replacements that turn one into the other (Levenshtein, 1965); O(n·m).
    static func distance(_ left: [Character], _ right: [Character]) -> Int {
        var row = Array(0...right.count)
        for (i, letter) in left.enumerated() {
            var diagonal = row[0]
            row[0] = i + 1
            for (j, other) in right.enumerated() {
                let replaced = diagonal + (letter == other ? 0 : 1)
                diagonal = row[j + 1]
                row[j + 1] = min(replaced, row[j] + 1, row[j + 1] + 1)
            }
        }
        return row[right.count]
    }
}
