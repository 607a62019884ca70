import Crypto
import Faces
import Foundation
import Parsing
import Wire

/// The faces of a job's pictures, kept between its attempts: the facts as JSON, and the aligned pixels of all of them, one after the
/// other, in a file beside it, which only grows. What is torn after a power cut has another hash, and is read anew.
final class KeptFaces {
    /// A picture that was read, in the job's order.
    struct Picture: Codable {
        var name: String
        /// Of the file, as intake took it.
        var sha256: String
        /// Absent when it could not be read as a picture.
        var facts: InputFacts?
        /// Why it cannot be used; otherwise its face is kept.
        var error: ReportError?
    }

    private struct List: Codable {
        var origin: String
        var pictures: [Picture]
        /// Of all their pixels.
        var sha256: String
    }

    private let folder: String
    private let origin: String
    /// What there is of the job's first pictures, and their faces' pixels as far as they are not in the file.
    private var pictures: [Picture] = []
    private var fresh: [FaceChip] = []
    private var hash = SHA256()
    /// Faces that lie in the file.
    private var written = 0
    /// A picture without a hash came, whose facts cannot be told from another's: what follows is not kept.
    private var isClosed = false
    /// What an earlier attempt left, in order.
    private(set) var earlier: [(picture: Picture, chip: FaceChip?)] = []

    private static let size = FaceChip.side * FaceChip.side * 3

    private var listPath: String { "\(folder)/faces.json" }
    private var pixelPath: String { "\(folder)/faces.pixels" }

    /// - Parameters:
    ///   - origin: names by what pictures are read.
    ///   - pictures: of the job, in order.
    init(in folder: String, origin: String, _ pictures: [InputPicture]) {
        self.folder = folder
        self.origin = origin
        guard let json = FileManager.default.contents(atPath: listPath),
            let list = try? WireJSON.decode(List.self, from: json), list.origin == origin,
            let pixels = try? Data(contentsOf: URL(fileURLWithPath: pixelPath), options: .alwaysMapped)
        else { return }
        let count = list.pictures.count { $0.error == nil }
        guard pixels.count >= count * Self.size,
            SHA256.hash(data: pixels.prefix(count * Self.size)).hexadecimal == list.sha256
        else {
            JobCheckpoints.say("faces are read anew, since \(pixelPath) is damaged")
            return
        }
        for (kept, picture) in zip(list.pictures, pictures) {
            guard kept.name == picture.name, kept.sha256 == picture.sha256 else { break }
            var chip: FaceChip?
            if kept.error == nil {
                let part = pixels.dropFirst(written * Self.size).prefix(Self.size)
                hash.update(data: part)
                chip = FaceChip(pixels: [UInt8](part))
                written += 1
            }
            self.pictures.append(kept)
            earlier.append((kept, chip))
        }
    }

    /// Whether there is anything that is not written yet.
    private var isBehind = false

    /// Adds the next picture.
    func add(_ picture: InputPicture, _ facts: InputFacts?, _ face: Result<FaceChip, ReportError>) {
        guard !isClosed, let sha256 = picture.sha256 else {
            isClosed = true
            return
        }
        var kept = Picture(name: picture.name, sha256: sha256, facts: facts)
        switch face {
        case .success(let chip):
            fresh.append(chip)
            hash.update(data: chip.pixels)
        case .failure(let error): kept.error = error
        }
        pictures.append(kept)
        isBehind = true
    }

    /// Writes what was added since the last time. The folder exists.
    func write() throws {
        guard isBehind else { return }
        if !FileManager.default.fileExists(atPath: pixelPath) {
            guard FileManager.default.createFile(atPath: pixelPath, contents: nil) else {
                throw ReportError(code: .outputFailed, message: "\(pixelPath) cannot be made.")
            }
        }
        let file = try FileHandle(forWritingTo: URL(fileURLWithPath: pixelPath))
        defer { try? file.close() }
        try file.truncate(atOffset: UInt64(written * Self.size))
        try file.seekToEnd()
        for chip in fresh { try file.write(contentsOf: chip.pixels) }
        written += fresh.count
        fresh = []
        let list = List(origin: origin, pictures: pictures, sha256: hash.finalize().hexadecimal)
        try WireJSON.encode(list).write(to: URL(fileURLWithPath: listPath), options: .atomic)
        isBehind = false
    }
}
