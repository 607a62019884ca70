/// A coding key of any spelling, so that unknown keys can be seen.
struct AnyKey: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }

    init?(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
}

extension Decoder {
    /// Refuses an object with a key outside `Keys`.
    ///
    /// - Throws: `StyleError.keyUnknown` for the first such key in alphabetical order; `DecodingError` when the value
    ///   is no object.
    func refuseUnknownKeys<Keys: CodingKey & CaseIterable>(_ keys: Keys.Type, within place: String) throws {
        let known = Keys.allCases.map(\.stringValue)
        let found = try container(keyedBy: AnyKey.self).allKeys.map(\.stringValue).sorted()
        guard let unknown = found.first(where: { !known.contains($0) }) else { return }
        throw StyleError.keyUnknown(key: unknown, within: place, nearest: nearestName(to: unknown, among: known))
    }
}
