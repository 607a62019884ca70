import Foundation
import Parsing

@testable import Pictures
@testable import Wire

/// Small inputs of every kind, made by our own writers or taken from the tests' own files: a fuzzer starts from these.
package enum Seeds {
    /// This file may be seen through a link.
    private static let tests = URL(filePath: #filePath).resolvingSymlinksInPath().deletingLastPathComponent()
        .appending(path: "../..").standardizedFileURL

    package static func of(_ target: String) throws -> [[UInt8]] {
        switch target {
        case "header", "picture": try PictureFormat.allCases.flatMap(pictures)
        case "heif": try pictures(.heif) + pictures(.avif)
        case "png", "jpeg", "webp", "tiff", "gif", "bmp", "pnm":
            try PictureFormat(rawValue: target).map(pictures) ?? []
        case "colours": [Array(try fixtures().profile), ICCProfile.sRGB?.bytes ?? []]
        case "exif": [Array("II*\0\u{8}\0\0\0\u{1}\0\u{12}\u{1}\u{3}\0\u{1}\0\0\0\u{6}\0\0\0\0\0\0\0".utf8)]
        case "icc": [Array(try fixtures().profile)]
        case "json", "manifest": manifests
        case "submission":
            ["kind=identify&name=a.jpg", "kind=enroll&name=a.jpg&person=ada&priority=3"].map { Array($0.utf8) }
                + ["kind=stylize&name=a.jpg&options={\"styles\":[{\"name\":\"wave\"}],\"size\":400}"].map {
                    Array($0.utf8)
                }
        case "style": recipes
        case "gallery": [gallery]
        case "settings": settings
        case "report": try reports()
        case "request":
            [
                #"{"ask":"rename","person":"Ada","to":"Eve"}"#,
                #"{"jobs":["20260314T150926Z-9f3a-a"],"state":"failed","kind":"enroll","before":"20260314T150926Z-9f3a-b"}"#,
            ].map { Array($0.utf8) }
        case "names":
            ["IMG_1.jpg", "a.jpg.part", "*.tmp, ~$*", "b/./c.png", "1.5h", "Ada \u{202E}", "20260314T150926Z-9f3a-x"]
                .map { Array($0.utf8) }
        case "frames": try frames()
        case "onnx": try networks()
        default: try models(for: target)
        }
    }

    // MARK: Pictures

    private struct Fixtures: Decodable {
        struct File: Decodable { let file: Data }
        let fixtures: [File]
        let profile: Data
    }

    private static func fixtures() throws -> Fixtures {
        let file = tests.appending(path: "PicturesTests/Fixtures/fixtures.json")
        return try JSONDecoder().decode(Fixtures.self, from: Data(contentsOf: file))
    }

    private static func pictures(_ format: PictureFormat) throws -> [[UInt8]] {
        var scene = Picture(width: 24, height: 17, filledWith: Colour(red: 200, green: 90, blue: 30))
        for index in scene.pixels.indices { scene.pixels[index] ^= UInt8(truncatingIfNeeded: index * index / 7) }
        let own: [[UInt8]] =
            switch format {
            case .jpeg:
                [try scene.encodeJPEG(quality: 70), try scene.encodeJPEG(JPEGOptions(quality: 70, progressive: true))]
            case .png: [try scene.encodePNG(), try scene.encodePNG(isDeep: true)]
            case .webp: [try scene.encodeWebP(quality: 70)]
            case .tiff: [try scene.encodeTIFF()]
            case .heif, .avif, .gif, .bmp, .pnm: []
            }
        return own
            + (try fixtures().fixtures.map { [UInt8]($0.file) }.filter {
                PictureFormat(signature: $0) == format
            })
    }

    // MARK: Texts

    private static let manifests: [[UInt8]] = [
        #"{"limner":1,"kind":"enroll","inputs":["a.jpg","b/c.png"],"options":{"person":"Ada","detectionScore":0.7}}"#,
        #"{"limner":1,"kind":"verify","inputs":["a.jpg"],"options":{"reference":"b.jpg","threshold":0.4},"id":"x"}"#,
        #"{"limner":1,"kind":"identify","inputs":["a.jpg"],"options":{"top":3,"annotate":true},"priority":-5}"#,
        #"{"limner":1,"kind":"stylize","inputs":["a.jpg"],"options":{"styles":[{"picture":"w.jpg","weight":2},"#
            + #"{"name":"wave"}],"preset":"fine","size":640,"seed":7,"styleLayers":{"relu1_1":1,"relu2_1":0.5},"#
            + #""contentLayers":["relu4_2"],"optimizer":"lbfgs","tvWeight":1e-3,"format":"png"}}"#,
        #"["\u00e9\ud83d\ude42",-1.5e-7,null,[true,false],{"":{}}]"#,
    ].map { Array($0.utf8) }

    private static let recipes: [[UInt8]] = [
        #"{"limner":1,"title":"Sea","pictures":["a.jpg",{"picture":"b.png","weight":2}],"options":{"size":512}}"#,
        #"{"numbered":[7,{"style":8,"weight":0.5}],"options":{"preset":"fast","strength":0.8,"scales":2}}"#,
        #"{"pictures":["a.png"],"options":{"styleLayers":{"relu1_1":1},"contentLayers":["relu4_2"],"pooling":"average"}}"#,
    ].map { Array($0.utf8) }

    private static let gallery = Array(
        (#"{"limner-gallery":1,"people":[{"name":"Ada","templates":[{"model":{"name":"sface","sha256":""#
            + String(repeating: "0a", count: 32) + #""},"features":"AACAPwAAAAA=","quality":{"detectorScore":0.9,"#
            + #""eyeDistance":60,"sharpness":20,"frontality":0.8},"source":""# + String(repeating: "f0", count: 32)
            + #"","enrolled":"2026-01-02T03:04:05Z"}]}]}"#).utf8)

    private static var settings: [[UInt8]] {
        let values = Settings()
        let texts =
            SettingsCatalogue.keys.map { "\($0.name): \"\($0.text(in: values))\"" }
            + ["# none\nintake: {stability: 1s}\nretries:\n  max: 3\n", "lists: &a [1, *a]\n? b\n: |\n  c\n"]
        return texts.map { Array($0.utf8) }
    }

    /// Those that the first release left.
    private static func reports() throws -> [[UInt8]] {
        let outbox = tests.appending(path: "SavedStates/0.1.0/root/outbox")
        return try FileManager.default.contentsOfDirectory(at: outbox, includingPropertiesForKeys: nil).map {
            [UInt8](try Data(contentsOf: $0.appending(path: "report.json")))
        }
    }

    private static func frames() throws -> [[UInt8]] {
        let bodies = [
            #"{"completed":{"_0":3}}"#,
            #"{"progress":{"_0":{"token":3,"fraction":0.5,"stage":"painting","detail":"12 of 60"}}}"#,
            #"{"failed":{"_0":{"token":3,"error":{"code":"no-face","message":"None.","hint":"Another."}}}}"#,
        ]
        return bodies.map { body in
            withUnsafeBytes(of: UInt32(body.utf8.count).bigEndian) { Array($0) } + Array(body.utf8)
        }
    }

    // MARK: Models

    private static func models(for target: String) throws -> [[UInt8]] {
        let endings = ["pickle": [".pkl"], "torch": [".pth", ".pkl"]][target] ?? []
        let golden = tests.appending(path: "ModelFilesTests/Golden")
        var seeds = try FileManager.default.contentsOfDirectory(at: golden, includingPropertiesForKeys: nil)
            .filter { file in endings.contains { file.lastPathComponent.hasSuffix($0) } }
            .map { [UInt8](try Data(contentsOf: $0)) }
        if target == "safetensors" {
            let header = Array(
                (#"{"__metadata__":{"k":"v"},"a":{"dtype":"F32","shape":[2,2],"data_offsets":[0,16]},"#
                    + #""b":{"dtype":"BF16","shape":[3],"data_offsets":[16,22]}}"#).utf8)
            seeds.append(
                withUnsafeBytes(of: UInt64(header.count).littleEndian) { Array($0) } + header
                    + [UInt8](repeating: 1, count: 22))
        }
        return seeds
    }
}
