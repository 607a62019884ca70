import Parsing

/// What options give weights to, by name.
package protocol WeighedName: OptionValue, CodingKeyRepresentable {
    /// Whether one alone is its name in JSON: its weight says nothing.
    static var standsAlone: Bool { get }
}

extension String: WeighedName {
    package static let standsAlone = false
}

extension StyleLoss: WeighedName {
    package static let standsAlone = true
}

/// Names and how much each counts, in the order of the names, so that the same options always give the same sums. In JSON an
/// object of weights; readers take a list of names, all alike, too.
package struct Weights<Name: WeighedName>: Hashable, Sendable, ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
    package struct Entry: Hashable, Sendable {
        package let name: Name
        package let weight: Double

        package init(_ name: Name, _ weight: Double = 1) {
            self.name = name
            self.weight = weight
        }
    }

    package let entries: [Entry]

    package init(_ entries: [Entry]) {
        self.entries =
            Name.standsAlone && entries.count == 1
            ? [Entry(entries[0].name)] : entries.sorted { $0.name.text < $1.name.text }
    }

    package init(_ weights: [Name: Double]) { self.init(weights.map { Entry($0.key, $0.value) }) }

    package init(arrayLiteral elements: Name...) { self.init(elements.map { Entry($0) }) }

    package init(dictionaryLiteral elements: (Name, Double)...) { self.init(elements.map { Entry($0.0, $0.1) }) }

    /// The entries that have a weight, with weights that add up to 1.
    ///
    /// - Precondition: there is one, as the reader of options makes sure.
    package var shares: [Entry] {
        let total = entries.reduce(0) { $0 + $1.weight }
        precondition(total > 0, "weights of \(Name.self) add up to \(total)")
        return entries.filter { $0.weight > 0 }.map { Entry($0.name, $0.weight / total) }
    }
}

extension Weights: Codable {
    package init(from decoder: any Decoder) throws {
        if Name.standsAlone, let name = try? decoder.singleValueContainer().decode(Name.self) {
            self = [name]
        } else {
            self.init(try [Name: Double](from: decoder))
        }
    }

    package func encode(to encoder: any Encoder) throws {
        if Name.standsAlone, entries.count == 1 {
            var container = encoder.singleValueContainer()
            try container.encode(entries[0].name)
        } else {
            try Dictionary(entries.map { ($0.name, $0.weight) }, uniquingKeysWith: +).encode(to: encoder)
        }
    }
}

extension Weights: OptionValue {
    package var text: String {
        entries.map { $0.weight == 1 ? $0.name.text : "\($0.name.text)=\($0.weight)" }.joined(separator: ", ")
    }

    package var json: JSONNode.Value {
        Name.standsAlone && entries.count == 1
            ? entries[0].name.json : .object(entries.map { .init($0.name.text, $0.weight.json) })
    }
}

/// Layers of a network and how much each counts.
package typealias LayerWeights = Weights<String>

extension Weights where Name == String {
    package var layers: [String] { entries.map(\.name) }

    /// Of a layer that is not named 0.
    package func weight(of layer: String) -> Double { entries.first { $0.name == layer }?.weight ?? 0 }
}

extension Weights.Entry where Name == String {
    package var layer: String { name }
}

/// Losses of the style and how much each counts: a mix, or one alone.
package typealias LossWeights = Weights<StyleLoss>

extension Weights: CaseIterable where Name == StyleLoss {
    /// Each alone.
    package static var allCases: [Self] { StyleLoss.allCases.map { [$0] } }
}

extension Weights where Name == StyleLoss {
    private var counted: [StyleLoss] { entries.filter { $0.weight > 0 }.map(\.name) }

    /// The only one that counts; `nil` of a mix.
    package var sole: StyleLoss? { counted.count == 1 ? counted[0] : nil }

    /// The one that compares places drawn at random, if it counts.
    package var sampled: StyleLoss? { counted.first(where: \.isSampled) }
}
