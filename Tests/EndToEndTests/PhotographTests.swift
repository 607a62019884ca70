import Foundation
import Pictures
import Testing
import Wire

extension EndToEnd {
    /// `limner photograph`, through the real worker.
    @Suite struct PhotographTests {
        private struct Answer: Decodable {
            struct Output: Decodable {
                var path: String
                var width: Int
                var height: Int
            }

            var inputs: [InputFacts]
            var output: Output
        }

        private func scene() throws -> Scratch {
            let scratch = try Scratch()
            try scratch.write("c.jpg", Assets.scene())
            try scratch.write("s.png", Assets.stripes())
            return scratch
        }

        private func picture(_ scratch: Scratch, _ name: String) throws -> Picture {
            try PictureFile(name: name, bytes: scratch.bytes(name)).decode()
        }

        private func meanDifference(_ a: Picture, _ b: Picture) -> Double {
            zip(a.pixels, b.pixels).reduce(0) { $0 + abs(Double($1.0) - Double($1.1)) } / Double(a.pixels.count)
        }

        @Test func aPaintingThatExistsBecomesAPhotographAgain() throws {
            let scratch = try scene()
            let paint = ["stylize", "c.jpg", "--style", "s.png", "--preset", "fast", "--size", "160", "-o"]
            #expect(try scratch.limner(paint + ["p.png"]).code == 0)
            #expect(try scratch.limner(paint + ["at-once.png", "--photorealistic"]).code == 0)
            let answer = try scratch.limner(["photograph", "p.png", "--content", "c.jpg", "-o", "out.png", "--json"])
            #expect(answer.code == 0, "\(answer.error)")
            let told = try WireJSON.decode(Answer.self, from: Data(answer.output.utf8))
            #expect(told.output.path == "out.png" && told.inputs.map(\.path) == ["p.png", "c.jpg"])
            let (found, content) = (try picture(scratch, "out.png"), try picture(scratch, "c.jpg"))
            #expect(found.size == content.size && told.output.width == content.width)
            // As if it had been asked for while it was painted, but for what a file of eight bits rounds.
            let (same, painted) = (try picture(scratch, "at-once.png"), try picture(scratch, "p.png"))
            let (off, changed) = (meanDifference(found, same), meanDifference(found, painted))
            #expect(off < 1 && changed > 5 * off && changed > 2, "\(off) and \(changed)")
            // A painting of another size, and a smaller photograph, into a folder.
            let small = try picture(scratch, "p.png").resized(longSide: 101)
            try scratch.write("small.png", small.encodePNG())
            let folder = try scratch.limner([
                "photograph", "small.png", "--content", "c.jpg", "-o", "out/", "--size", "96",
            ])
            #expect(folder.code == 0 && folder.output.hasPrefix("out/small.photograph.jpg: 96x"), "\(folder.output)")
            #expect(try picture(scratch, "out/small.photograph.jpg").size.longSide == 96)
        }

        @Test func aPaintingOfAnotherShapeIsRefused() throws {
            let scratch = try scene()
            let answer = try scratch.limner(["photograph", "s.png", "--content", "c.jpg", "-o", "out.png"])
            #expect(answer.code == 1 && answer.error.contains("option-invalid"), "\(answer.error)")
            #expect(answer.error.contains("s.png has 128 × 128 pixels and c.jpg 160 × "), "\(answer.error)")
            #expect(scratch.names == ["c.jpg", "s.png"])
            let film = try scratch.limner(["photograph", "s.png", "--content", "c.jpg", "-o", "out.mp4"])
            #expect(film.code == 64 && film.error.contains("out.mp4 is the name of a film"), "\(film.error)")
            let size = try scratch.limner(["photograph", "s.png", "--content", "c.jpg", "-o", "o.png", "--size", "9"])
            #expect(size.code == 64 && size.error.contains("--size is 9"))
        }
    }
}
