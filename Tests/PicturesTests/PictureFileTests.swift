import Foundation
import Testing

@testable import Pictures

/// Reading from disk: what is there, and what kind of thing it is.
@Suite struct PictureFileTests {
    private func withFolder(_ body: (URL) throws -> Void) throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "limner-pictures-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        try body(folder)
    }

    @Test func `a file is read, its header alone or whole, whatever it is called`() throws {
        try withFolder { folder in
            let original = noise(12, 8, seed: 91)
            let path = folder.appending(path: "ünïcödé 🎨 name.jpg").path
            try Data(original.encodePNG()).write(to: URL(filePath: path))
            #expect(try PictureFile(path: path).decode().pixels == original.pixels)
            #expect(try PictureFile(path: path).header().format == .png)
            #expect(try PictureFile(path: path).bytes == original.encodePNG())
        }
    }

    @Test func `what is not a regular file is refused without following or waiting`() throws {
        try withFolder { folder in
            let picture = folder.appending(path: "picture.png")
            try Data(noise(4, 4, seed: 92).encodePNG()).write(to: picture)
            let link = folder.appending(path: "link.png")
            try FileManager.default.createSymbolicLink(at: link, withDestinationURL: picture)
            let pipe = folder.appending(path: "pipe.png")
            #expect(mkfifo(pipe.path, 0o600) == 0)
            for path in [link.path, pipe.path, folder.path, "/dev/null"] {
                #expect(try pictureError { _ = try PictureFile(path: path) } == .notARegularFile(picture: path))
            }
        }
    }

    @Test func `missing, empty, too long and foreign files each have their error`() throws {
        try withFolder { folder in
            let path = folder.appending(path: "file.jpg").path
            #expect(try pictureError { _ = try PictureFile(path: path) } == .missing(picture: path))
            try Data().write(to: URL(filePath: path))
            #expect(try pictureError { _ = try PictureFile(path: path) } == .empty(picture: path))
            try Data("no picture here".utf8).write(to: URL(filePath: path))
            #expect(try pictureError { _ = try PictureFile(path: path).decode() } == .notAPicture(picture: path))
            #expect(
                try pictureError { _ = try PictureFile(path: path, limits: PictureLimits(bytes: 14)) }
                    == .tooManyBytes(picture: path, bytes: 15, limit: 14))
        }
    }

    @Test func `sentences say what failed, on which picture, and what to do`() {
        let size = PixelSize(width: 30_000, height: 30_000)
        let error = PictureError.tooManyPixels(picture: "wall.jpg", size: size, limit: 100_000_000)
        #expect(
            "\(error)" == "wall.jpg has 30000 × 30000 pixels; the limit is 100000000 in all. "
                + "Scale it down, or raise intake.maxPixels in the settings.")
        let film = PictureError.foreign(picture: "a.jpg", format: .video)
        #expect(film.message == "a.jpg is a film; it is no picture.")
        let drawing = PictureError.foreign(picture: "a.psd", format: .photoshop)
        #expect(
            drawing.description == "a.psd is a Photoshop document; such pictures are not read. "
                + "Convert it to JPEG, PNG or TIFF.")
        #expect(
            PictureError.notAPicture(picture: "a").hint
                == "Give a picture: JPEG, PNG, WebP, TIFF, HEIC, AVIF, GIF, BMP, PGM or PPM.")
    }
}
