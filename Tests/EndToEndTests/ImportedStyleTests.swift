import Films
import Foundation
import Pictures
import Testing
import Wire

extension EndToEnd {
    /// Networks of strangers that become styles, with the real daemon and worker.
    @Suite struct ImportedStyleTests {
        private static func golden(_ name: String) throws -> [UInt8] {
            let path = URL(filePath: #filePath).deletingLastPathComponent()
                .appending(path: "../StylesTests/Golden/\(name)").standardizedFileURL
            return [UInt8](try Data(contentsOf: path))
        }

        /// Two frames of grey slopes, as YUV4MPEG2.
        private static func film() throws -> [UInt8] {
            let size = PixelSize(width: 64, height: 48)
            let header = Y4MHeader(size: size, rate: FrameRate(25, over: 1)!, sampling: .quarterCentred)
            var film: [UInt8] = []
            let writer = try Y4MWriter(header) { bytes throws(FilmError) in film += bytes }
            for frame in 0..<2 {
                let pixels = (0..<size.area * 3).map { UInt8(($0 / 3 % 64) * 3 + ($0 / 192) + frame) }
                let planes = Planes(Picture(width: size.width, height: size.height, pixels: pixels))
                try writer.append(YUVFrame(planes, sampling: header.sampling, colour: header.colour))
            }
            return film
        }

        @Test func aNetworkBecomesAStyleThatEveryWayOfPaintingKnows() async throws {
            let daemon = try await LiveDaemon()
            let scratch = try Scratch()
            try scratch.write("waves of 1831.pth", Self.golden("imported-zip.pth"))
            try scratch.write("c.jpg", Assets.scene())
            func limner(_ arguments: String...) throws -> Programs.Answer {
                try scratch.limner(arguments, root: daemon.folders.root)
            }
            let made = try limner("models", "import", "waves of 1831.pth", "--as", "style")
            #expect(made.code == 0, "\(made.error)")
            #expect(made.output.contains("style:waves of 1831  present"), "\(made.output)")
            #expect(made.output.contains("limner stylize PICTURE --style 'waves of 1831' -o OUT"), "\(made.output)")
            #expect(
                daemon.files(in: "\(daemon.folders.styles)/waves of 1831") == ["style.json", "style.safetensors"])
            #expect(daemon.files(in: daemon.folders.styles).allSatisfy { !$0.hasPrefix(".") })
            try scratch.write("skip.onnx", Self.golden("imported-skip.onnx"))
            for (white, text) in [([], "0…1"), (["--white", "255"], "0…255")] as [([String], String)] {
                let skip = try scratch.limner(
                    ["models", "import", "skip.onnx", "--as", "style", "--name", "skip\(white.count)"] + white,
                    root: daemon.folders.root)
                #expect(skip.code == 0 && skip.output.contains("in values of \(text)"), "\(skip)")
            }
            let again = try limner("models", "import", "waves of 1831.pth", "--as", "style")
            #expect(again.code != 0 && again.error.contains("take another --name"), "\(again.error)")
            let named = try limner("models", "import", "waves of 1831.pth", "--as", "style", "--name", "wave", "--json")
            #expect(named.code == 0, "\(named.error)")
            let entries = try WireJSON.decode([ModelsAnswer.Entry].self, from: Data(named.output.utf8))
            #expect(entries.map(\.id) == ["style:wave"] && entries.first?.origin == "imported from waves of 1831.pth")

            let shown = try limner("styles", "show", "wave")
            #expect(shown.code == 0 && shown.output.contains("imported from waves of 1831.pth"), "\(shown.output)")
            #expect(shown.output.contains("imported"), "\(shown.output)")
            let painted = try limner("stylize", "c.jpg", "--style", "wave", "-o", "out.png")
            #expect(painted.code == 0, "\(painted.error)")
            let sheet = try limner("styles", "sheet", "c.jpg", "--style", "wave", "-o", "sheet.png")
            #expect(sheet.code == 0, "\(sheet.error)")
            let optimised = try limner("stylize", "c.jpg", "--style", "wave", "--preset", "fine", "-o", "other.png")
            #expect(optimised.code != 0 && optimised.error.contains("imported styles are made in one pass"))

            try daemon.drop(Assets.scene(), at: "stylize/wave/c.jpg")
            try daemon.drop(Self.film(), at: "stylize/wave/f.y4m")
            let reports = try await daemon.settle(2)
            for file in ["c.jpg", "f.y4m"] {
                let report = try reports.of(file).report
                #expect(report.status == .done, "\(file)")
                #expect(report.models.map(\.name) == ["waves of 1831.pth"] && report.models.map(\.id) == ["style:wave"])
            }
        }

        @Test func whatIsNoNetworkOfAStyleIsRefused() throws {
            let scratch = try Scratch()
            try scratch.write("c.jpg", Assets.scene())
            try scratch.write("x.pth", Array(Self.golden("imported-old.pth").dropLast(9)))
            try scratch.write("d.pth", Self.golden("imported-old.pth"))
            let picture = try scratch.limner(["models", "import", "c.jpg", "--as", "style"])
            #expect(picture.code != 0 && picture.error.contains("model-corrupt"), "\(picture.error)")
            let short = try scratch.limner(["models", "import", "x.pth", "--as", "style", "--styles", "own"])
            #expect(short.code != 0 && short.error.contains("x.pth"), "\(short.error)")
            #expect(!short.error.contains("model-unsupported"), "it is damaged: \(short.error)")
            let embedder = try scratch.limner(
                ["models", "import", Assets.models + "/originals/multistyle26.onnx", "--as", "style"])
            #expect(
                embedder.code != 0 && embedder.error.contains("not one picture of three colours"), "\(embedder.error)")
            #expect(embedder.error.contains("model-unsupported: "), "\(embedder.error)")
            #expect(embedder.error.contains("fast_neural_style"), "\(embedder.error)")
            let white = try scratch.limner(["models", "import", "d.pth", "--white", "1"])
            #expect(white.code == 64 && white.error.contains("--white are for --as style"), "\(white.error)")
            let other = try scratch.limner(["models", "import", "d.pth", "--as", "style", "--white", "2"])
            #expect(other.code == 64 && other.error.contains("--white"), "\(other.error)")
            let named = try scratch.limner(["models", "import", "d.pth", "--as", "style", "--name", "../d"])
            #expect(named.code != 0 && named.error.contains("holds a slash"), "\(named.error)")
            #expect(try scratch.limner(["models", "import", "d.pth", "--name", "d"]).error.contains("--as style"))
            #expect((try? FileManager.default.contentsOfDirectory(atPath: scratch.path + "/own")) ?? [] == [])
        }
    }
}
