/// A style that Limner brings along: one of those that the network `multistyle26` learnt. They came with numbers alone; the
/// names say what a photograph painted in them looks like.
package struct BuiltInStyle: Sendable, Hashable {
    package let number: Int
    /// No longer than ``nameLimit``, so that it fits below a picture.
    package let name: String
    /// What a photograph becomes, in a few words.
    package let look: String

    /// The name that goes by the number, and that never changes its meaning.
    package var alias: String { "\(Self.prefix)\(number)" }

    /// In the order of their numbers.
    package static let all: [BuiltInStyle] = looks.enumerated().map {
        BuiltInStyle(number: $0, name: $1.name, look: $1.look)
    }

    /// Letters of the longest name.
    package static let nameLimit = 20

    /// The style of a name or an alias; `nil` for any other text.
    package init?(named text: String) {
        guard let number = Self.number(of: text), Self.all.indices.contains(number) else { return nil }
        self = Self.all[number]
    }

    private init(number: Int, name: String, look: String) {
        self.number = number
        self.name = name
        self.look = look
    }

    /// The number that a name or an alias means, also where there is no style of that number; `nil` for any other text.
    package static func number(of text: String) -> Int? {
        if let number = looks.firstIndex(where: { $0.name == text }) { return number }
        return text.hasPrefix(prefix) ? Int(text.dropFirst(prefix.count)) : nil
    }

    private static let prefix = "numbered-"

    private static let looks: [(name: String, look: String)] = [
        ("honey-and-sky", "soft strokes of honey yellow and pale blue"),
        ("ink-and-lemon", "thick black outlines on lemon yellow and light grey"),
        ("peach-and-charcoal", "charcoal strokes, with peach and pale blue behind them"),
        ("red-blue-shards", "writhing shards of red, blue and black"),
        ("wine-and-straw", "wine red shadows, straw yellow and pale blue light"),
        ("rust-strokes", "slanting strokes of rust, orange and grey violet"),
        ("indigo-dots", "dusky indigo, strewn with small dark dots"),
        ("bold-primaries", "heavy areas of yellow, red, blue and black"),
        ("pink-teal-sketch", "white paper, fine lines, washes of pink and teal"),
        ("teal-crimson-dabs", "short dabs of dark teal and crimson on white"),
        ("dark-copper", "glowing copper and brown, as if by firelight"),
        ("golden-ink", "brown ink outlines on gold and pale grey green"),
        ("lilac-and-gold", "soft pastel in lilac and gold"),
        ("lime-and-teal", "dark grained lines, lime green and teal, with red"),
        ("turquoise-mist", "pale turquoise, thinly drawn, with a little peach"),
        ("leaded-glass", "pale pieces with dark edges, like glass in lead"),
        ("blue-olive-hatching", "slanting hatches of blue, violet and olive"),
        ("red-bricks", "upright and level bars of red, orange and blue; forms are lost"),
        ("carved-wood", "brown and cream grooves, like carved wood"),
        ("blue-yellow-strokes", "short running strokes of deep blue and yellow"),
        ("ember-red", "deep red and black, with a little blue"),
        ("candy-cutouts", "flat areas of pink, light blue and cream between thick black lines"),
        ("slate-and-scarlet", "black brush lines, slate blue, grey and spots of scarlet"),
        ("evening-haze", "dim greens and a hazy evening light; forms are kept"),
        ("blue-on-cream", "speckled sea blue on a cream ground"),
        ("dark-tapestry", "dense dark strokes of blue, brown and ochre"),
    ]
}
