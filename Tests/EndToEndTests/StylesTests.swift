import Foundation
import Glibc
import Pictures
import Testing
import Wire

extension EndToEnd {
    /// `limner styles`, through the real worker and the real networks.
    @Suite struct StylesTests {
        private struct Shown: Decodable {
            var style: StyleFacts
            var inbox: String
            var flag: String
        }

        private struct Sheet: Decodable {
            struct Output: Decodable {
                var path: String
                var sha256: String
                var width: Int
                var height: Int
            }

            var input: InputFacts
            var output: Output
            var styles: [SheetAnswer.Cell]
            var models: [ModelFacts]
        }

        /// A photograph, and a styles folder with a picture, a recipe, a recipe that is wrong, and what is no style.
        private func studio() throws -> Scratch {
            let scratch = try Scratch()
            for folder in ["styles", "styles/broken", "styles/two waves"] {
                try FileManager.default.createDirectory(
                    atPath: "\(scratch.path)/\(folder)", withIntermediateDirectories: true)
            }
            try scratch.write("c.jpg", Assets.scene())
            try scratch.write("styles/stripes.png", Assets.stripes(side: 64))
            try scratch.write("styles/two waves/a.png", Assets.stripes())
            try scratch.write("styles/two waves/b.jpg", Assets.scene(longSide: 96))
            let recipe = """
                {"title": "Waves", "pictures": ["a.png", {"picture": "b.jpg", "weight": 3}],
                 "options": {"preset": "fine", "strength": 0.5, "colors": "content"}}
                """
            try scratch.write("styles/two waves/style.json", Array(recipe.utf8))
            try scratch.write("styles/broken/style.json", Array(#"{"picturs": ["a.png"]}"#.utf8))
            try scratch.write("styles/notes.txt", [65])
            return scratch
        }

        private func listed(_ answer: Programs.Answer) throws -> [StyleFacts] {
            try WireJSON.decode([StyleFacts].self, from: Data(answer.output.utf8))
        }

        private func size(_ scratch: Scratch, _ name: String) throws -> PixelSize {
            try PictureFile(name: name, bytes: scratch.bytes(name)).decode().size
        }

        @Test func everyStyleIsListedWithWhatItIs() throws {
            let scratch = try studio()
            let answer = try scratch.limner(["styles", "list", "--json"])
            #expect(answer.code == 0, "\(answer.error)")
            let styles = try listed(answer)
            #expect(styles.map(\.name) == ["broken", "stripes", "two waves"] + BuiltInStyle.all.map(\.name))
            #expect(styles.map(\.kind) == [.recipe, .picture, .recipe] + BuiltInStyle.all.map { _ in .onePass })
            #expect(styles.compactMap(\.alias) == BuiltInStyle.all.map(\.alias))
            #expect(styles.compactMap(\.error).map(\.code) == [.styleInvalid])
            #expect(styles[0].error?.message.contains("did you mean \"pictures\"?") == true && styles[0].options == nil)
            #expect(styles[1].pictures == [.init(path: "stripes.png", weight: 1, width: 64, height: 64)])
            #expect(
                styles[2].pictures == [
                    .init(path: "two waves/a.png", weight: 0.25, width: 128, height: 128),
                    .init(path: "two waves/b.jpg", weight: 0.75, width: 96, height: 64),
                ])
            #expect(styles[2].title == "Waves" && styles[2].given.strength == 0.5)

            let text = try scratch.limner(["styles"])
            #expect(text.code == 0 && text.error.isEmpty, "\(text.error)")
            #expect(text.output.contains("honey-and-sky") && text.output.contains("numbered-25"))
            #expect(text.output.contains("two waves/b.jpg 96x64, 75 %; preset fine, colors content, strength 0.5"))
            #expect(text.output.contains("style-invalid: The style recipe"))
        }

        @Test func aStyleOfOnesOwnGoesBeforeABuiltInOne() throws {
            let scratch = try studio()
            try scratch.write("styles/ember-red.png", Assets.stripes())
            let styles = try listed(try scratch.limner(["styles", "list", "--json"]))
            #expect(styles.filter { $0.name == "ember-red" }.map(\.kind) == [.picture])
            #expect(styles.contains { $0.name == "numbered-20" && $0.alias == nil && $0.kind == .onePass })
            for (style, network) in [("ember-red", "arbitrary"), ("numbered-20", "multistyle26")] {
                let plan = try scratch.limner([
                    "stylize", "c.jpg", "--style", style, "--preset", "fast", "--dry-run", "-o", "o.jpg",
                ])
                #expect(plan.code == 0 && plan.output.contains(network), "\(style): \(plan.output)\(plan.error)")
            }
        }

        @Test func aStyleBehindAnotherOfItsNameIsTold() throws {
            let scratch = try studio()
            try scratch.write("styles/stripes.jpg", Assets.scene(longSide: 96))
            let words = "the style stripes is stripes.jpg, and stripes.png of its name is not seen"
            for command in [
                ["styles"], ["styles", "show", "stripes"],
                ["styles", "sheet", "c.jpg", "--style", "stripes", "--size", "64"],
                ["stylize", "c.jpg", "--style", "stripes", "--preset", "fast", "--size", "96", "-o", "o.jpg"],
                ["stylize", "c.jpg", "--style", "stripes", "--dry-run", "-o", "o.jpg"],
            ] {
                let answer = try scratch.limner(command)
                #expect((answer.output + answer.error).contains(words), "\(command): \(answer)")
            }
            let other = try scratch.limner(["styles", "sheet", "c.jpg", "--style", "two waves", "--size", "64"])
            #expect(other.code == 0 && !other.error.contains("not seen"), "\(other)")
        }

        @Test func aStyleIsShownAsAJobWouldTakeIt() throws {
            let scratch = try studio()
            let answer = try scratch.limner(["styles", "show", "two waves", "--json"])
            #expect(answer.code == 0, "\(answer.error)")
            let shown = try WireJSON.decode(Shown.self, from: Data(answer.output.utf8))
            #expect(shown.style.options?.preset == .fine && shown.style.options?.size == 768)
            #expect(shown.style.options?.colors == .content && shown.style.options?.network == .vgg19)
            #expect(shown.inbox == "\(scratch.path)/inbox/stylize/two waves/" && shown.flag == "--style 'two waves'")

            let text = try scratch.limner(["styles", "show", "numbered-20"])
            #expect(
                text.code == 0 && text.output.hasPrefix("ember-red  one-pass, also numbered-20\n"), "\(text.output)")
            #expect(text.output.contains("multistyle26") && text.output.contains("--style ember-red -o OUT"))
            #expect(text.output.contains("/inbox/stylize/ember-red/"))

            let broken = try scratch.limner(["styles", "show", "broken"])
            #expect(broken.code == 1 && broken.error.contains("style-invalid") && !broken.output.contains("--style"))
            let unknown = try scratch.limner(["styles", "show", "ember-rod"])
            #expect(unknown.code == 1 && unknown.error.contains("style-unknown"))
            #expect(unknown.error.contains("did you mean 'ember-red'?"), "\(unknown.error)")
        }

        @Test func anotherFolderOfStylesCanBeAskedFor() throws {
            let scratch = try studio()
            try FileManager.default.moveItem(
                atPath: "\(scratch.path)/styles", toPath: "\(scratch.path)/elsewhere")
            let own = try scratch.limner(["styles", "list", "--json"])
            #expect(own.code == 0 && own.error.contains("there is no folder"))
            #expect(try listed(own).count == BuiltInStyle.all.count)
            let other = try scratch.limner(["styles", "list", "--styles", "elsewhere", "--json"])
            #expect(other.code == 0 && other.error.isEmpty, "\(other.error)")
            #expect(try listed(other).count == BuiltInStyle.all.count + 3)
            let shown = try scratch.limner(["styles", "show", "stripes", "--styles", "elsewhere"])
            #expect(shown.output.contains("copy into  \(scratch.path)/styles/, and then"), "\(shown.output)")
            let both = try scratch.limner(["styles", "list", "--styles", "elsewhere", "--root", "."])
            #expect(both.code == 64)
            #expect(try scratch.limner(["styles", "list", "--styles", "nowhere"]).code == 66)
        }

        @Test func aSheetShowsEveryStyleAndWhatFailed() throws {
            let scratch = try studio()
            let answer = try scratch.limner(["styles", "sheet", "c.jpg", "--size", "64", "--json"])
            #expect(answer.code == 1, "one style is broken")
            #expect(answer.error.contains("limner: broken: style-invalid: "), "\(answer.error)")
            #expect(answer.error.contains("painting"), "it tells how far it is")
            let sheet = try WireJSON.decode(Sheet.self, from: Data(answer.output.utf8))
            #expect(sheet.styles.map(\.style) == ["broken", "stripes", "two waves"] + BuiltInStyle.all.map(\.name))
            #expect(sheet.styles.filter { $0.error != nil }.map(\.style) == ["broken"])
            #expect(sheet.output.path == "sheet.jpg" && sheet.input.path == "c.jpg" && sheet.input.width == 160)
            #expect(sheet.models.contains { $0.id.contains("multistyle26") } && sheet.models.count > 1)
            let size = ContactSheet.size(count: 30, frame: PixelSize(width: 64, height: 43))
            #expect(try self.size(scratch, "sheet.jpg") == size)
            #expect(sheet.output.width == size.width && sheet.output.height == size.height)
            #expect(scratch.names == ["c.jpg", "sheet.jpg", "styles"])
        }

        @Test func namedStylesAloneAreShownAsTheyWouldBePainted() throws {
            let scratch = try studio()
            let answer = try scratch.limner([
                "styles", "sheet", "c.jpg", "-o", "out.png", "--size", "96", "--style", "ember-red",
                "styles/stripes.png",
                "numbered-20",
            ])
            #expect(answer.code == 0, "\(answer.error)")
            let picture = try PictureFile(name: "out.png", bytes: scratch.bytes("out.png")).decode()
            let frame = PixelSize(width: 96, height: 64)
            #expect(picture.size == ContactSheet.size(count: 4, frame: frame))
            #expect(answer.output == "out.png: \(picture.width)x\(picture.height), 3 styles\n")
            // The same cell, made of what `limner stylize` makes.
            let painted = try scratch.limner([
                "stylize", "c.jpg", "--style", "ember-red", "-o", "p.png", "--size", "96",
            ])
            #expect(painted.code == 0, "\(painted.error)")
            let content = try PictureFile(name: "c.jpg", bytes: scratch.bytes("c.jpg")).decode(
                scale: .covering(longSide: 96)
            ).resized(to: frame)
            var expected = ContactSheet(count: 4, frame: frame)
            expected.add(content, caption: "c.jpg")
            expected.add(
                try PictureFile(name: "p.png", bytes: scratch.bytes("p.png")).decode(), caption: "ember-red")
            for y in 0..<frame.height {
                let row = (0..<picture.width / 2).map { Array(picture[x: $0, y: y]) }
                #expect(row == (0..<picture.width / 2).map { Array(expected.picture[x: $0, y: y]) }, "row \(y)")
            }
        }

        /// As `limner stylize` paints it, on the white of the sheet.
        @Test func theGroundOfACutOutIsTheSheets() throws {
            let scratch = try studio()
            let pixels = (0..<96 * 64).flatMap { place -> [UInt8] in
                let x = place % 96
                return [UInt8(x), 90, 60, x < 48 ? 0 : 255]
            }
            try scratch.write(
                "cut.png", Picture(width: 96, height: 64, channels: .rgba, pixels: pixels).encodePNG())
            let answer = try scratch.limner([
                "styles", "sheet", "cut.png", "-o", "out.png", "--size", "96", "--style", "ember-red",
            ])
            #expect(answer.code == 0, "\(answer.error)")
            let painted = try scratch.limner([
                "stylize", "cut.png", "--style", "ember-red", "-o", "p.png", "--size", "96",
            ])
            #expect(painted.code == 0, "\(painted.error)")
            var expected = ContactSheet(count: 2, frame: PixelSize(width: 96, height: 64))
            expected.add(try scratch.picture("cut.png"), caption: "cut.png")
            expected.add(try scratch.picture("p.png"), caption: "ember-red")
            let sheet = try scratch.picture("out.png")
            let apart = zip(sheet.pixels, expected.picture.pixels).map { abs(Int($0) - Int($1)) }.max() ?? 255
            #expect(sheet.size == expected.picture.size && apart <= 2, "\(apart)")
        }

        @Test(
            arguments: [
                (["cut.jpg"], 1, "picture-truncated"), (["text.jpg"], 1, "picture-not-a-picture"),
                (["vast.jpg"], 1, "picture-too-large"), (["fifo"], 66, "not a regular file"),
                (["absent.jpg"], 66, "absent.jpg"),
                (["c.jpg", "-o", "c.jpg"], 64, "is the input"), (["c.jpg", "-o", "link.png"], 64, "stripes.png"),
                (["c.jpg", "-o", "nowhere/s.jpg"], 73, "nowhere/s.jpg"), (["c.jpg", "-o", "s.gif"], 64, ".gif"),
                (["c.jpg", "--size", "63"], 64, "--size"), (["c.jpg", "--style", "ember-red=2"], 64, "blends nothing"),
                (["c.jpg", "--style", "absent.png"], 66, "absent.png"),
            ] as [([String], Int32, String)])
        func aMistakeIsNamedAndNothingIsWritten(_ arguments: [String], _ code: Int32, _ word: String) throws {
            let scratch = try studio()
            try scratch.write("cut.jpg", Array(Assets.scene().dropLast(2000)))
            try scratch.write("text.jpg", Array("no picture".utf8))
            try scratch.write("vast.jpg", Assets.enormousHeader())
            try #require(mkfifo("\(scratch.path)/fifo", 0o600) == 0)
            try FileManager.default.createSymbolicLink(
                atPath: "\(scratch.path)/link.png", withDestinationPath: "styles/stripes.png")
            let (names, content) = (scratch.names, scratch.bytes("c.jpg"))
            let style = scratch.bytes("styles/stripes.png")
            let answer = try scratch.limner(["styles", "sheet"] + arguments)
            #expect(answer.code == code && answer.error.contains(word), "\(answer.code): \(answer.error)")
            #expect(answer.output.isEmpty)
            #expect(scratch.names == names && scratch.bytes("c.jpg") == content)
            #expect(scratch.bytes("styles/stripes.png") == style)
        }

        @Test func aStylesPictureThatIsNoneIsNamed() throws {
            let scratch = try studio()
            try scratch.write("styles/odd.jpg", Array("no picture".utf8))
            try scratch.write("styles/vast.jpg", Assets.enormousHeader())
            let styles = try listed(try scratch.limner(["styles", "list", "--json"]))
            let failing = styles.filter { $0.error != nil }
            #expect(failing.map(\.name) == ["broken", "odd", "vast"])
            #expect(failing.compactMap(\.error?.code) == [.styleInvalid, .pictureNotAPicture, .pictureTooLarge])
            #expect(try scratch.limner(["styles", "show", "odd"]).error.contains("styles/odd.jpg is no picture"))
            let sheet = try scratch.limner([
                "styles", "sheet", "c.jpg", "--size", "64", "--style", "odd", "vast", "stripes",
            ])
            #expect(sheet.code == 1 && sheet.output.contains("3 styles, 2 of them failed"), "\(sheet.output)")
            #expect(
                sheet.error.contains("limner: odd: picture-not-a-picture") && sheet.error.contains("limner: vast: "))
            #expect(scratch.names.contains("sheet.jpg"))
        }

        @Test func aSheetThatWouldBeTooLargeIsRefusedBeforeAnythingIsPainted() throws {
            let scratch = try studio()
            for number in 0..<80 { try scratch.write("styles/s\(number).png", Assets.stripes(side: 32)) }
            try scratch.write("large.png", Picture(width: 1024, height: 1024, filledWith: .black).encodePNG())
            let answer = try scratch.limner(["styles", "sheet", "large.png", "--size", "1024"])
            #expect(answer.code == 1 && answer.error.contains("option-invalid"), "\(answer.error)")
            #expect(answer.error.contains("A sheet of 109 styles") && answer.error.contains("smaller size"))
            #expect(!answer.error.contains("painting") && scratch.names == ["c.jpg", "large.png", "styles"])
        }

        /// A fault of the style's folder, which no job's picture has.
        @Test func aStylesMissingPictureIsTheStylesFault() throws {
            let scratch = try studio()
            try scratch.write("styles/broken/style.json", Array(#"{"pictures": ["gone.png"]}"#.utf8))
            for command in [
                ["styles", "show", "broken"], ["stylize", "c.jpg", "--style", "broken", "-o", "o.png", "--dry-run"],
            ] {
                let answer = try scratch.limner(command)
                #expect(answer.code == 1 && answer.error.contains("style-invalid"), "\(answer)")
                #expect(answer.error.contains("styles/broken/gone.png is not there"), "\(answer)")
                #expect(answer.error.contains("style.json"), "\(answer)")
            }
            try FileManager.default.createSymbolicLink(
                atPath: "\(scratch.path)/styles/linked.png", withDestinationPath: "../gone.png")
            for command in [
                ["styles", "show", "linked"], ["stylize", "c.jpg", "--style", "linked", "-o", "o.png", "--dry-run"],
            ] {
                let answer = try scratch.limner(command)
                #expect(answer.code == 1 && answer.error.contains("style-invalid"), "\(answer)")
                #expect(
                    answer.error.contains("styles/linked.png is a link to ../gone.png, which is not there")
                        && !answer.error.contains("style.json"), "\(answer)")
            }
        }

        /// No network takes a picture of thirteen rows.
        @Test func aPictureThatNoStyleTakesIsRefused() throws {
            let scratch = try studio()
            try scratch.write("flat.png", Picture(width: 400, height: 40, filledWith: .black).encodePNG())
            try FileManager.default.createDirectory(
                atPath: "\(scratch.path)/out", withIntermediateDirectories: true)
            let answer = try scratch.limner([
                "styles", "sheet", "flat.png", "-o", "out/", "--size", "128", "--style", "ember-red", "stripes",
            ])
            #expect(answer.code == 1 && answer.output.isEmpty)
            #expect(
                answer.error.contains("flat.png has 400 × 40 pixels and would be painted with 128 × 13"),
                "\(answer.error)")
            #expect(answer.error.contains("Ask for a size of at least 320"), "\(answer.error)")
            #expect(!FileManager.default.fileExists(atPath: "\(scratch.path)/out/flat.sheet.jpg"))
        }
    }
}
