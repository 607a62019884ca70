import Foundation
import Testing

@testable import Pictures

@Suite struct DrawingTests {
    private let ink = Colour(red: 200, green: 10, blue: 20)

    /// The picture as rows of `#` where it has ink.
    private func art(_ picture: Picture) -> [String] {
        (0..<picture.height).map { y in
            String((0..<picture.width).map { x in picture[x: x, y: y].first == ink.red ? "#" : "." })
        }
    }

    private func text(_ text: String, scale: Int = 1) -> [String] {
        let size = BitmapFont.size(of: text, scale: scale)
        var picture = Picture(width: size.width, height: size.height, filledWith: .white)
        picture.drawText(text, x: 0, y: 0, colour: ink, scale: scale)
        return art(picture)
    }

    @Test func `a box is a border inside its edge`() {
        var picture = Picture(width: 7, height: 6, filledWith: .white)
        picture.drawRectangle(PixelRect(x: 1, y: 1, width: 5, height: 4), colour: ink)
        #expect(art(picture) == [".......", ".#####.", ".#...#.", ".#...#.", ".#####.", "......."])
    }

    @Test func `a thick box, clipped at the corner`() {
        var picture = Picture(width: 5, height: 5, filledWith: .white)
        picture.drawRectangle(PixelRect(x: -2, y: -2, width: 6, height: 6), colour: ink, thickness: 2)
        #expect(art(picture) == ["..##.", "..##.", "####.", "####.", "....."])
    }

    @Test func `drawing outside changes nothing`() {
        var picture = noise(9, 9, seed: 51)
        let before = picture
        picture.fill(PixelRect(x: 9, y: 0, width: 5, height: 5), with: ink)
        picture.drawRectangle(PixelRect(x: -50, y: -50, width: 20, height: 20), colour: ink, thickness: 3)
        picture.drawText("far", x: 100, y: -300, colour: ink)
        picture.fill(PixelRect(x: 0, y: 0, width: 9, height: 9), with: ink, opacity: 0)
        #expect(picture == before)
    }

    @Test func `filling by half mixes, and makes alpha opaque`() {
        var picture = Picture(width: 1, height: 1, channels: .rgba, pixels: [100, 110, 120, 7])
        picture.fill(PixelRect(x: 0, y: 0, width: 1, height: 1), with: ink, opacity: 0.5)
        #expect(picture.pixels == [150, 60, 70, 255])
    }

    @Test func `every printable ASCII character has a drawing of its own`() {
        let box = BitmapFont.glyph(for: "漢")
        var seen: [Glyph: Character] = [:]
        for code in UInt8(33)...126 {
            let character = Character(Unicode.Scalar(code))
            let glyph = BitmapFont.glyph(for: character)
            #expect(glyph != box, "\(character)")
            #expect(glyph.rows.contains { $0 != 0 }, "\(character)")
            #expect(seen[glyph] == nil, "\(character) looks like \(seen[glyph].map(String.init) ?? "")")
            seen[glyph] = character
        }
        #expect(BitmapFont.glyph(for: " ").rows.allSatisfy { $0 == 0 })
    }

    @Test func `letters of Latin-1 and their neighbours are drawn, each its own`() {
        let box = BitmapFont.glyph(for: "漢")
        var seen: [Glyph: Character] = [:]
        for character in "ÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÐÑÒÓÔÕÖØÙÚÛÜÝÞßàáâãäåæçèéêëìíîïðñòóôõöøùúûüýþÿŁłŠšŽžČčŘřŐőŰűĞğİıŞşĄąĘęŻżŃń" {
            let glyph = BitmapFont.glyph(for: character)
            #expect(glyph != box, "\(character)")
            #expect(seen[glyph] == nil, "\(character) looks like \(seen[glyph].map(String.init) ?? "")")
            #expect(BitmapFont.glyph(for: Character(String(character).decomposedStringWithCanonicalMapping)) == glyph)
            seen[glyph] = character
        }
    }

    @Test(arguments: ["漢", "🙂", "א", "\u{7}"])
    func `other characters are a box`(character: String) {
        #expect(text(character) == text("漢"))
        #expect(text("漢").contains("#####"))
    }

    @Test(arguments: [
        ("Ann Łukasiewicz", "Ann Łukasiewicz"), ("Александр", "Aleksandr"), ("王小明", "wáng xiǎo míng"),
        ("Ελένη", "Elénē"), ("Ольга Игорь", "Olga Igor"), ("عمر سعيد", "mr syd"), ("Қайрат Әбіш", "Kajrat Abíš"),
        ("สมชาย", "s̄mchāy"),
    ])
    func `a name in any script is legible`(name: String, written: String) {
        #expect(BitmapFont.legible(name) == written)
        #expect(BitmapFont.legible(name).allSatisfy { BitmapFont.glyph(for: $0) != BitmapFont.glyph(for: "漢") })
    }

    @Test(arguments: [
        ("Ann Łukasiewicz", true), ("Александр", true), ("Ελένη", true), ("Qafqaz Əliyev", true), ("O’Neill–Ng", true),
        ("Nguyễn Văn Ánh", true), ("山田太郎", false), ("محمد علي", false), ("דוד", false), ("สมชาย", false), ("김", false),
        ("अनिल", false), ("Ann 山田", false), ("Ann 🙂", false),
    ])
    func `names are spelled whose letters say how`(name: String, isSpelled: Bool) {
        #expect(BitmapFont.spells(name) == isSpelled)
    }

    @Test func `a picture is laid over another`() {
        var ground = Picture(width: 5, height: 4, filledWith: .white)
        let part = noise(3, 2, seed: 8)
        ground.draw(part, x: 2, y: 1)
        #expect(ground.cropped(to: PixelRect(x: 2, y: 1, width: 3, height: 2)) == part)
        #expect(
            ground[x: 1, y: 1].elementsEqual([255, 255, 255]) && ground[x: 4, y: 3].elementsEqual([255, 255, 255]))
    }

    @Test func `letters stand as they are drawn`() {
        #expect(
            text("Éi") == [
                "...#.......", "..#........", "...........", "#####...#..", "#..........", "#......##..", "####....#..",
                "#.......#..", "#.......#..", "#####..###.", "...........", "...........",
            ])
    }

    @Test func `scale makes each dot a square`() {
        let small = text("Ag")
        let large = text("Ag", scale: 3)
        #expect(large.count == small.count * 3)
        for (y, row) in large.enumerated() {
            #expect(row == small[y / 3].map { String(repeating: $0, count: 3) }.joined())
        }
    }

    @Test func `text on a label can be read`() {
        #expect(Colour.white.contrasting == .black)
        #expect(Colour.black.contrasting == .white)
        #expect(Colour(red: 20, green: 40, blue: 160).contrasting == .white)
        #expect(Colour(red: 240, green: 220, blue: 60).contrasting == .black)
    }
}
