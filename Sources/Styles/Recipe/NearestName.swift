/// The candidate closest to a misspelt name, or nil when none is close enough to be meant.
///
/// Distance is the optimal string alignment (insert, delete, substitute, swap neighbours), ignoring case; a third of the
/// longer name's letters may differ.
func nearestName(to name: String, among candidates: some Sequence<String>) -> String? {
    guard name.utf8.count <= longestSlip else { return nil }
    let wanted = Array(name.lowercased().unicodeScalars)
    var best: (name: String, distance: Int)?
    for candidate in candidates.sorted() {
        let letters = Array(candidate.lowercased().unicodeScalars)
        let distance = alignmentDistance(wanted, letters)
        let allowed = max(1, max(wanted.count, letters.count) / 3)
        if distance <= allowed, distance < best?.distance ?? .max { best = (candidate, distance) }
    }
    return best?.name
}

/// Bytes of the longest name that is taken for a slip.
private let longestSlip = 256

private func alignmentDistance(_ a: [Unicode.Scalar], _ b: [Unicode.Scalar]) -> Int {
    var before = [Int](repeating: 0, count: b.count + 1)
    var previous = Array(0...b.count)
    for i in 0..<a.count {
        var current = [i + 1] + [Int](repeating: 0, count: b.count)
        for j in 0..<b.count {
            let substitution = previous[j] + (a[i] == b[j] ? 0 : 1)
            current[j + 1] = min(previous[j + 1] + 1, current[j] + 1, substitution)
            if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] {
                current[j + 1] = min(current[j + 1], before[j - 1] + 1)
            }
        }
        before = previous
        previous = current
    }
    return previous[b.count]
}
