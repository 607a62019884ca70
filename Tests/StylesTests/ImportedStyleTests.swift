import Foundation
import ModelFiles
import Nets
import Pictures
import Testing

import struct Wire.JobOptions
import struct Wire.ModelsRequest

@testable import Styles

/// Networks of strangers; `Golden/make_imported_styles.py` made them, and what PyTorch and onnxruntime paint with them.
@Suite struct ImportedStyleTests {
    private let threads = ThreadPool(threads: 2)

    private static func golden(_ name: String) -> String {
        URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Golden/\(name)").path
    }

    /// A folder that disappears with the closure.
    private func inFolder<Result>(_ body: (String) throws -> Result) throws -> Result {
        let folder = NSTemporaryDirectory() + "ImportedStyle-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        return try body(folder)
    }

    private func imported(_ file: String, in folder: String) throws -> ImportedStyle {
        let path = "\(folder)/style.safetensors"
        let facts = try ImportedStyle.convert(file, id: "style:a", to: path, threads: threads)
        let style = try ImportedStyle(reading: path)
        #expect(style.facts == facts)
        return style
    }

    private func tensors(_ name: String) throws -> [String: StoredTensor] {
        guard case .tensors(let tensors) = try ForeignModel(reading: Self.golden(name)).contents else {
            throw CocoaError(.fileReadUnknown)
        }
        return tensors
    }

    private func refusal(_ tensors: [String: StoredTensor]) -> String? {
        if case .failure(let refusal) = FastNeuralStyle.graph(tensors) { refusal.why } else { nil }
    }

    /// As a checkpoint of the training has it, or one that was trained by several processors.
    @Test(arguments: ["state_dict", "model", "generator", "module", "_orig_mod.module", "net.state_dict"])
    func `a state dictionary may be wrapped`(in wrapper: String) throws {
        let plain = try tensors("imported-zip.pth")
        var wrapped = Dictionary(uniqueKeysWithValues: plain.map { ("\(wrapper).\($0)", $1) })
        wrapped["optimizer.state.0.exp_avg"] = plain["conv1.conv2d.bias"]
        #expect(refusal(plain) == nil && refusal(wrapped) == nil)
        wrapped.merge(plain.map { ("ema.\($0)", $1) }) { first, _ in first }
        #expect(refusal(wrapped)?.hasPrefix("holds several networks: ") == true, "\(refusal(wrapped) ?? "")")
    }

    @Test(arguments: [
        ("imported-zip.pth", "imported-pth.png"), ("imported-old.pth", "imported-pth.png"),
        ("imported-open.onnx", "imported-open.png"), ("imported-rigid.onnx", "imported-rigid.png"),
        ("imported-unit.onnx", "imported-unit.png"), ("imported-skip.onnx", "imported-skip.png"),
        ("imported-gan.onnx", "imported-gan.png"), ("imported-sized.onnx", "imported-sized.png"),
    ])
    func `it paints what its own program does`(file: String, painting: String) throws {
        let expected = try PictureFile(path: Self.golden(painting)).decode().opaque()
        let content = formulaPicture(2, width: expected.width, height: expected.height)
        try inFolder { folder in
            let painted = try stylizer().stylize(content, after: .imported(imported(Self.golden(file), in: folder)))
            let differences = zip(painted.picture.pixels, expected.pixels).map { abs(Int($0) - Int($1)) }
            #expect(differences.max() ?? 255 <= 1, "\(file)")
            #expect(differences.count { $0 == 1 } < differences.count / 200, "\(file)")
            #expect(painted.networks.map(\.name) == [file] && painted.networks.map(\.id) == ["style:a"])
            #expect(painted.settings.preset == .fast)
        }
    }

    @Test(arguments: ["imported-zip.pth", "imported-open.onnx", "imported-rigid.onnx", "imported-sized.onnx"])
    func `pictures of any size keep theirs, and strength is as of any style`(file: String) throws {
        let content = try sample("flower.jpg").opaque().resized(to: PixelSize(width: 131, height: 90))
        try inFolder { folder in
            let style = StyleSource.imported(try imported(Self.golden(file), in: folder))
            let whole = try stylizer().stylize(content, after: style).picture
            #expect(whole.size == content.size)
            func distance(_ strength: Double) throws -> Double {
                let options = JobOptions { $0.strength = strength }
                return meanDifference(try stylizer().stylize(content, after: style, options: options).picture, content)
            }
            #expect(try distance(0) == 0)
            #expect(try distance(0.5) < distance(1) && distance(1) > 10)
            #expect(throws: StyleError.numberedNeedsOnePass(preset: "fine")) {
                try stylizer().stylize(content, after: style, options: JobOptions { $0.preset = .fine })
            }
            // A film's frames are painted as pictures are, in memory that is kept.
            let frames = try FrameStylizer(stylizer(), first: content, after: style, options: JobOptions())
            #expect(try frames.paint(content).pixels == whole.pixels && frames.paint(content).pixels == whole.pixels)
            #expect(throws: StyleError.pictureTooSmall(width: 90, height: 20, smallest: 32)) {
                try stylizer().stylize(content.resized(to: PixelSize(width: 90, height: 20)), after: style)
            }
        }
    }

    /// A network that multiplies what it is given.
    private func scaling(by factor: Float, normed: Bool = false) -> Graph {
        var graph = Graph()
        var value = graph.input("x", dims: [1, nil, nil, 3])
        if normed {
            value = graph.add(
                .instanceNorm(.init()),
                [
                    value, graph.constant("scale", Tensor([3], [0.1, 0.1, 0.1])),
                    graph.constant("bias", Tensor([3], [0.5, 0.5, 0.5])),
                ])
        }
        graph.output("y", graph.binary(.multiply, value, graph.constant("factor", Tensor([1], [factor]))))
        return graph
    }

    /// What white is in the input says nothing of the output.
    @Test(
        arguments: [(1, false, 255), (1 / 255, false, 255), (255, false, 1), (1, true, 1), (255, true, 255)]
            as [(Float, Bool, Float)])
    func `a network gives the white that it takes`(factor: Float, normed: Bool, white: Float) throws {
        let (fitted, levels) = try StyleTrial.fitted(scaling(by: factor, normed: normed), threads: threads)
        #expect(levels.pixels == (white == 255 ? .rawRGB : .unitRGB))
        let size = PixelSize(width: 76, height: 52)
        let content = formulaPicture(2, width: size.width, height: size.height)
        let painted = try TransformerPass(fitted, white: white, for: size, threads: threads).repaint(content)
        let differences = zip(painted.pixels, content.pixels).map { abs(Int($0) - Int($1)) }
        if !normed { #expect(differences.max() ?? 255 <= 1) }
        #expect(Set(painted.pixels).count > 50)
    }

    @Test func `whoever knows what white is says so`() throws {
        for white: Float in [255, 1] {
            let (fitted, levels) = try StyleTrial.fitted(scaling(by: 1, normed: true), white: white, threads: threads)
            #expect(levels == (white == 255 ? .bytes : .unit))
            let size = PixelSize(width: 76, height: 52)
            let content = formulaPicture(2, width: size.width, height: size.height)
            let painted = try TransformerPass(fitted, white: white, for: size, threads: threads).repaint(content)
            #expect(Set(painted.pixels).count > 50)
        }
        try inFolder { folder in
            let file = Self.golden("imported-skip.onnx")
            for (white, text) in [(nil, "0…1"), (.byte, "0…255"), (.unit, "0…1")]
                as [(ModelsRequest.NewStyle.White?, String)]
            {
                let facts = try ImportedStyle.convert(
                    file, id: "style:a", white: white, to: "\(folder)/a", threads: threads)
                #expect(facts.use.hasSuffix("in values of \(text)"), "\(facts.use)")
            }
            let facts = try ImportedStyle.convert(
                Self.golden("imported-gan.onnx"), id: "style:a", to: "\(folder)/a", threads: threads)
            #expect(facts.use.hasSuffix("in values of −1…1"), "\(facts.use)")
        }
    }

    @Test func `what paints one flat colour is refused`() {
        for factor: Float in [0, 1e-6] {
            let fault = #expect(throws: StyleTrial.Fault.self) {
                try StyleTrial.fitted(scaling(by: factor), threads: threads)
            }
            #expect(fault?.why == "paints one flat colour, whatever the picture")
        }
        let hint = StyleError.ruined(.blank, iterations: 0).hint
        #expect(hint?.contains("another style") == true && hint?.contains("learningRate") == false)
    }

    @Test func `what is none says what it has, and what is read`() throws {
        let models = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "../ModelFilesTests/Golden").standardizedFileURL.path
        func why(_ file: String) throws -> String {
            try inFolder { folder in
                let error = #expect(throws: StyleError.self) {
                    try ImportedStyle.convert(file, id: "style:a", to: "\(folder)/a", threads: threads)
                }
                #expect(error?.hint?.contains("fast_neural_style") == true)
                #expect(!FileManager.default.fileExists(atPath: "\(folder)/a"))
                return error.map { "\($0)" } ?? ""
            }
        }
        let tensors = try why("\(models)/tiny-zip.pth")
        #expect(
            tensors.hasPrefix(
                "\(models)/tiny-zip.pth is no network that paints in one pass: it has no conv1.conv2d.weight [?, 3, 9, 9] but "
            )
                && tensors.hasSuffix("tensors)."), "\(tensors)")
        let embedder = try why("\(models)/tiny-embedder.onnx")
        #expect(embedder.contains("embedder.onnx is no network that paints in one pass: it "), "\(embedder)")
        #expect(throws: ModelFileError.self) {
            try ImportedStyle.convert(Self.golden("imported-pth.png"), id: "a", to: "/nowhere/a", threads: threads)
        }
    }

    @Test func `each tensor is looked for, and each shape`() throws {
        let whole = try tensors("imported-zip.pth")
        #expect(whole.count == 16 * 2 + 15 * 2 && refusal(whole) == nil)
        for name in whole.keys {
            #expect(refusal(whole.filter { $0.key != name })?.hasPrefix("has no \(name) [") == true, "\(name)")
        }
        var other = whole
        other["res2.conv1.conv2d.weight"] = whole["conv1.conv2d.weight"]
        #expect(refusal(other) == "has a res2.conv1.conv2d.weight of the shape [3, 3, 9, 9], not [5, 5, 3, 3]")
        other = whole
        other["in6.weight"] = whole["in5.weight"]
        #expect(refusal(other) == "also has a in6.weight, which fast_neural_style does not know")
        #expect(refusal([:]) == "has no conv1.conv2d.weight [?, 3, 9, 9] and no tensors at all")
    }

    @Test func `damaged files are errors`() throws {
        try inFolder { folder in
            let path = "\(folder)/a.pth"
            var generator = SeededGenerator(seed: 16)
            for file in ["imported-old.pth", "imported-open.onnx"] {
                let bytes = [UInt8](try Data(contentsOf: URL(filePath: Self.golden(file))))
                for _ in 0..<60 {
                    var damaged = bytes
                    for _ in 0..<3 {
                        let place = Int(generator.uniform(0, Float(min(bytes.count, 3000))))
                        damaged[min(place, bytes.count - 1)] = UInt8(generator.uniform(0, 255))
                    }
                    try Data(damaged).write(to: URL(filePath: path))
                    do {
                        _ = try ImportedStyle.convert(path, id: "a", to: "\(folder)/a", threads: threads)
                    } catch {
                        #expect(error is StyleError || error is ModelFileError, "\(error)")
                    }
                }
            }
            let style = try imported(Self.golden("imported-zip.pth"), in: folder)
            let content = formulaPicture(1, width: 64, height: 64)
            var bytes = [UInt8](try Data(contentsOf: URL(filePath: style.path)))
            let attempts: [() throws -> Void] = [
                { _ = try ImportedStyle(reading: style.path) },
                { _ = try stylizer().stylize(content, after: .imported(style)) },
            ]
            bytes[bytes.count - 5] ^= 1
            for length in [bytes.count, bytes.count / 2] {
                try Data(bytes.prefix(length)).write(to: URL(filePath: style.path))
                for attempt in attempts {
                    let error = #expect(throws: StyleError.self) { try attempt() }
                    #expect("\(error!)" == "The imported style \(style.path) cannot be used: it is damaged.")
                    #expect(error?.hint == "Import it anew: limner models import FILE --as style.")
                }
            }
        }
    }

    @Test func `a recipe may name an imported style`() throws {
        let json = Data(StyleRecipe.json(imported: "style.safetensors", title: "imported from mosaic.pth"))
        let recipe = try StyleRecipe(json: json, folder: "/styles/mosaic")
        #expect(recipe.title == "imported from mosaic.pth")
        #expect(recipe.source == .imported("/styles/mosaic/style.safetensors"))
        #expect(throws: StyleError.self) {
            try StyleRecipe(json: Data(#"{"imported": "a", "learned": "a"}"#.utf8), folder: "/styles/mosaic")
        }
        let usual = try JobOptions.painting(
            job: JobOptions(), recipe: recipe.options, settings: JobOptions { $0.network = .features(.vgg16) },
            after: .imported)
        #expect(usual.network == .imported && usual.preset == .fast)
        for (kind, network) in [
            (StyleSource.Kind.imported, JobOptions { $0.network = .arbitrary }),
            (.pictures, JobOptions { $0.network = .imported }),
        ] {
            #expect(throws: StyleError.self) {
                try JobOptions.painting(job: network, recipe: JobOptions(), settings: JobOptions(), after: kind)
            }
        }
    }
}
