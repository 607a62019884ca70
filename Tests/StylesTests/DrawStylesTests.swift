import Foundation
import Pictures
import Testing

/// Runs `samples/draw-styles`, the generator of the sample style pictures.
@Suite struct DrawStylesTests {
    private func draw(into folder: URL) throws {
        let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appendingPathComponent("samples/draw-styles")
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["python3", script.path, "--size", "64", "--output", folder.path]
        process.standardOutput = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)
    }

    @Test func `the same bytes come out every time, and they are pictures with something on them`() throws {
        let folders = (0..<2).map { _ in
            FileManager.default.temporaryDirectory.appendingPathComponent("draw-styles-\(UUID().uuidString)")
        }
        defer { for folder in folders { try? FileManager.default.removeItem(at: folder) } }
        for folder in folders { try draw(into: folder) }
        let names = try FileManager.default.contentsOfDirectory(atPath: folders[0].path).sorted()
        #expect(names == ["dots", "night-wind", "tesserae", "wash", "woodcut"])
        for name in names {
            let paths = folders.map { $0.appendingPathComponent("\(name)/\(name).png").path }
            #expect(FileManager.default.contents(atPath: paths[0]) == FileManager.default.contents(atPath: paths[1]))
            let picture = try PictureFile(path: paths[0]).decode()
            #expect(picture.width == 64 && picture.height == 64)
            let mean = picture.pixels.reduce(0.0) { $0 + Double($1) } / Double(picture.pixels.count)
            let spread = picture.pixels.reduce(0.0) { $0 + abs(Double($1) - mean) } / Double(picture.pixels.count)
            #expect(spread > 20, "\(name) is all but flat: \(spread)")
        }
    }
}
