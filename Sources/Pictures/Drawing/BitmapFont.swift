import Foundation

/// Limner's own small letters: ASCII, Latin letters with their accents, and a box for everything else.
///
/// A cell is 5 columns and a gap wide, and 12 rows high: 3 for accents over capitals, 7 for capitals, 2 for descenders.
package enum BitmapFont {
    /// Columns from one letter to the next.
    package static let advance = columns + 1
    /// Rows of a line.
    package static let lineHeight = accentRows + bodyRows + descenderRows

    static let columns = 5
    static let accentRows = 3
    static let bodyRows = 7
    static let descenderRows = 2

    /// The pixels that one line of text takes at `scale` pixels a dot; no gap follows the last letter.
    package static func size(of text: String, scale: Int = 1) -> PixelSize {
        PixelSize(width: max(0, text.count * advance - 1) * scale, height: lineHeight * scale)
    }

    /// The text in letters that are drawn: what has none of its own is written in Latin ones, or else as a box.
    package static func legible(_ text: String) -> String {
        guard !text.allSatisfy(isDrawn) else { return text }
        let latin = text.applyingTransform(.toLatin, reverse: false) ?? text
        return latin.map { character in
            if isDrawn(character) { return String(character) }
            let scalars = character.unicodeScalars
            // What a transliteration writes for soft signs, glottal stops and tails tells a reader of a label nothing.
            if scalars.allSatisfy({ $0.properties.generalCategory == .modifierLetter }) { return "" }
            let plain = ["\u{18F}": "A", "\u{259}": "a"][character].map { [$0] } ?? []
            let simpler =
                plain
                + [.stripDiacritics, .latinToASCII].compactMap {
                    String(character).applyingTransform($0, reverse: false)
                }
            return simpler.first { $0.allSatisfy(isDrawn) } ?? String(character)
        }.joined()
    }

    /// Whether ``legible(_:)`` writes a name as its readers know it: in Latin letters, or in Greek or Cyrillic ones, which stand for Latin
    /// ones. How Han characters, vowels of Arabic and Hebrew, or tones are read, the letters do not say.
    package static func spells(_ text: String) -> Bool {
        text.allSatisfy { character in
            isDrawn(character)
                || character.unicodeScalars.allSatisfy { scalar in spelled.contains { $0.contains(scalar.value) } }
        } && legible(text).allSatisfy(isDrawn)
    }

    /// Latin with its modifiers and accents, Greek, Cyrillic, and punctuation.
    private static let spelled: [ClosedRange<UInt32>] = [
        0x00A0...0x036F, 0x0370...0x052F, 0x1C80...0x1C8F, 0x1D00...0x1FFF, 0x2000...0x206F, 0x2C60...0x2C7F,
        0x2DE0...0x2DFF, 0xA640...0xA69F, 0xA720...0xA7FF,
    ]

    private static func isDrawn(_ character: Character) -> Bool { glyph(for: character) != unknown }

    /// The letter for a character, put together from a base letter and its accents where it has any.
    static func glyph(for character: Character) -> Glyph {
        let composed = String(character).precomposedStringWithCanonicalMapping.unicodeScalars
        if composed.count == 1, let glyph = letters[composed.first!] { return glyph }
        let parts = String(character).decomposedStringWithCanonicalMapping.unicodeScalars
        guard let first = parts.first, var glyph = letters[first] else { return unknown }
        for mark in parts.dropFirst() {
            if let above = marksAbove[mark] {
                if first == "i" || first == "j" { glyph.removeDot() }
                glyph.put(above, over: glyph.top)
            } else if let below = marksBelow[mark] {
                glyph.add(below, from: accentRows + bodyRows)
            } else {
                return unknown
            }
        }
        return glyph
    }

    private static let unknown = Glyph(body: LetterSheets.unknown)

    private static let marksAbove = Dictionary(
        uniqueKeysWithValues: LetterSheets.marksAbove.map { ($0.mark, Glyph.rows($0.art)) })

    private static let marksBelow = Dictionary(
        uniqueKeysWithValues: LetterSheets.marksBelow.map { ($0.mark, Glyph.rows($0.art)) })

    private static let letters: [Unicode.Scalar: Glyph] = {
        var letters: [Unicode.Scalar: Glyph] = [:]
        for sheet in LetterSheets.sheets {
            let rows = sheet.art.split(separator: "\n").map { $0.split(separator: " ") }
            for (index, scalar) in sheet.characters.unicodeScalars.enumerated() {
                letters[scalar] = Glyph(body: rows.map { String($0[index]) }.joined(separator: "\n"))
            }
        }
        letters["\u{A0}"] = letters[" "]
        return letters
    }()
}

extension StringTransform {
    fileprivate static let latinToASCII = StringTransform("Latin-ASCII")
}

/// One letter: a bit a dot, the leftmost dot the highest of five bits, a byte a row of the cell.
struct Glyph: Hashable {
    private(set) var rows = [UInt8](repeating: 0, count: BitmapFont.lineHeight)

    /// `art` begins at the top row of the capitals.
    init(body art: String) {
        add(Self.rows(art), from: BitmapFont.accentRows)
    }

    func isSet(column: Int, row: Int) -> Bool {
        rows[row] >> UInt8(BitmapFont.columns - 1 - column) & 1 == 1
    }

    /// The first row with a dot.
    var top: Int { rows.firstIndex { $0 != 0 } ?? BitmapFont.accentRows }

    /// Takes the dot off an i or j.
    mutating func removeDot() {
        rows[BitmapFont.accentRows] = 0
    }

    /// Puts an accent above row `top`: a blank row between where the cell has room for it.
    mutating func put(_ accent: [UInt8], over top: Int) {
        add(accent, from: max(0, top - accent.count - 1))
    }

    mutating func add(_ art: [UInt8], from first: Int) {
        for (index, dots) in art.enumerated() { rows[first + index] |= dots }
    }

    /// `#` is a dot, anything else is not.
    static func rows(_ art: String) -> [UInt8] {
        art.split(separator: "\n").map { row in row.reduce(0) { $0 << 1 | ($1 == "#" ? 1 : 0) } }
    }
}
