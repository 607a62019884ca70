import Crypto
import Films
import Foundation
import Parsing
import Wire

/// The film of a job that repaints one; it is read frame by frame, never whole.
struct FilmInput {
    let file: FilmFile
    let sha256: String

    /// What is looked at of a file to tell what it is.
    private static let looked = 512
    /// Read at a time to be hashed.
    private static let piece = 1 << 20

    /// Nil where the job is about something else.
    ///
    /// - Throws: `FilmError`; ``ReportError`` where a film is one of several pictures.
    init?(of job: WorkerJob, _ studio: Studio, isCancelled: @escaping () -> Bool) throws {
        guard let input = job.inputs.first(where: { Self.isFilm($0, of: job) }) else { return nil }
        guard job.inputs.count(where: { $0.role == .picture }) == 1 else {
            throw ReportError(
                code: .pictureUnsupported, message: "\(input.name) is a film among other pictures.",
                hint: "Give each film a job of its own.")
        }
        file = try FilmFile(
            path: input.path, name: input.name, mostPixels: min(job.limits.pixels, Y4MHeader.mostPixels),
            ffmpeg: studio.ffmpeg,
            isCancelled: isCancelled)
        sha256 = try input.sha256 ?? Self.hash(of: input)
    }

    /// Whether a job to repaint is about a film, by its first bytes.
    static func isFilm(_ input: InputPicture, of job: WorkerJob) -> Bool {
        guard job.task.kind == .stylize, input.role == .picture else { return false }
        let descriptor = open(input.path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
        guard descriptor >= 0 else { return false }
        let file = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        guard let start = try? file.read(upToCount: looked) else { return false }
        return ForeignFormat(signature: start) == .video
    }

    private static func hash(of input: InputPicture) throws -> String {
        var hash = SHA256()
        do {
            let file = try FileHandle(forReadingFrom: URL(fileURLWithPath: input.path))
            while let data = try file.read(upToCount: piece), !data.isEmpty { hash.update(data: data) }
        } catch {
            throw FilmError.unreadable(film: input.name, reason: error.localizedDescription)
        }
        return hash.finalize().hexadecimal
    }

    var facts: InputFacts {
        InputFacts(
            role: .picture, path: file.name, sha256: sha256, bytes: Int64(file.bytes), width: file.facts.size.width,
            height: file.facts.size.height)
    }
}
