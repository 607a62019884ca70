/// Layers of a network and how much each counts, in the order given.
///
/// In JSON a list of names (`["relu1_1", "relu2_1"]`, all alike) or an object of weights (`{"relu1_1": 2}`, kept in
/// alphabetical order).
package struct LayerWeights: Hashable, Sendable, Codable, ExpressibleByArrayLiteral {
    package struct Entry: Hashable, Sendable {
        package let layer: String
        package let weight: Double

        package init(_ layer: String, _ weight: Double = 1) {
            self.layer = layer
            self.weight = weight
        }
    }

    package let entries: [Entry]

    package init(_ entries: [Entry]) { self.entries = entries }

    package init(arrayLiteral elements: String...) { entries = elements.map { Entry($0) } }

    package var layers: [String] { entries.map(\.layer) }

    /// The entries with weights that add up to 1.
    ///
    /// - Precondition: the weights' sum is positive (`StyleSettings` checks it).
    package var shares: [Entry] {
        let total = entries.reduce(0) { $0 + $1.weight }
        precondition(total > 0, "layer weights add up to \(total)")
        return entries.map { Entry($0.layer, $0.weight / total) }
    }

    package init(from decoder: any Decoder) throws {
        let single = try decoder.singleValueContainer()
        if let names = try? single.decode([String].self) {
            entries = names.map { Entry($0) }
        } else {
            entries = try single.decode([String: Double].self).sorted { $0.key < $1.key }.map {
                Entry($0.key, $0.value)
            }
        }
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: AnyKey.self)
        for entry in entries {
            guard let key = AnyKey(stringValue: entry.layer) else { continue }
            try container.encode(entry.weight, forKey: key)
        }
    }
}
