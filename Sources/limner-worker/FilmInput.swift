import Crypto
import Films
import Foundation
import Parsing
import Pictures
import Wire

/// The film of a job that repaints one; it is read frame by frame, never whole.
struct FilmInput {
    let file: FilmFile
    let sha256: String
    /// Of the files that it lies in.
    let facts: [InputFacts]

    /// Nil where the job is about something else.
    ///
    /// - Throws: `FilmError`; ``ReportError`` where a film is one of several pictures; `PictureError` of a frame.
    init?(of job: WorkerJob, _ studio: Studio, isCancelled: @escaping () -> Bool) throws {
        if job.task.kind == .stylize, let rate = job.task.options.frameRate {
            try self.init(frames: job.inputs.filter { $0.role == .picture }, rate, job.limits)
            return
        }
        guard let input = job.inputs.first(where: { Self.isFilm($0, of: job) }) else { return nil }
        guard job.inputs.count(where: { $0.role == .picture }) == 1 else {
            throw ReportError(
                code: .pictureUnsupported, message: "\(input.name) is a film among other pictures.",
                hint: "Give each film a job of its own.")
        }
        let file = try FilmFile(
            path: input.path, name: input.name, mostPixels: min(job.limits.pixels, Y4MHeader.mostPixels),
            ffmpeg: studio.ffmpeg,
            isCancelled: isCancelled)
        let sha256 = try input.sha256 ?? Self.hash(of: input)
        let facts = [
            InputFacts(
                role: .picture, path: file.name, sha256: sha256, bytes: Int64(file.bytes), width: file.facts.size.width,
                height: file.facts.size.height)
        ]
        self.init(file: file, sha256: sha256, facts: facts)
    }

    private init(file: FilmFile, sha256: String, facts: [InputFacts]) {
        self.file = file
        self.sha256 = sha256
        self.facts = facts
    }

    /// Pictures that are the frames of a film, whose name is the first's.
    init(frames: [InputPicture], _ rate: Double, _ limits: PictureLimits) throws {
        var hash = SHA256()
        facts = try frames.map { frame in
            if Self.isVideo(frame.path) {
                throw ReportError(
                    code: .optionInvalid,
                    message: "\(frame.name) is a film, which has a rate of its own, and no frame of one.",
                    hint:
                        "Have the pattern name pictures only; for a film, leave out frameRate (on the command line, --frame-rate)."
                )
            }
            let facts = try JobInput(frame, limits: limits).facts
            hash.update(data: Data((facts.sha256 ?? "").utf8))
            return facts
        }
        guard let first = facts.first, let width = first.width, let height = first.height else {
            throw ReportError(code: .pictureMissing, message: "The job has no picture.")
        }
        let size = PixelSize(width: width, height: height)
        for frame in facts {
            let other = PixelSize(width: frame.width ?? width, height: frame.height ?? height)
            guard other == size else {
                throw FilmError.frameOfAnotherSize(film: first.path, frame: frame.path, size: other, first: size)
            }
        }
        sha256 = hash.finalize().hexadecimal
        file = try FilmFile(
            frames: frames.map(\.path), name: first.path, size: size,
            rate: FrameRate(nearest: rate), bytes: facts.reduce(0) { $0 + Int($1.bytes ?? 0) }, limits: limits)
    }

    /// Whether a file belongs to the film of a job to repaint one, by its first bytes or as one of the frames.
    static func isFilm(_ input: InputPicture, of job: WorkerJob) -> Bool {
        guard job.task.kind == .stylize, input.role == .picture else { return false }
        return job.task.options.frameRate != nil || isVideo(input.path)
    }

    /// By its first bytes.
    static func isVideo(_ path: String) -> Bool {
        let descriptor = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
        guard descriptor >= 0 else { return false }
        let file = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        guard let start = try? file.read(upToCount: FileKind.looked) else { return false }
        return FileKind(signature: start)?.isFilm == true
    }

    private static func hash(of input: InputPicture) throws -> String {
        do {
            return try FileDigest.of(input.path).sha256
        } catch {
            throw FilmError.unreadable(film: input.name, reason: error.words)
        }
    }
}

extension PictureError {
    /// The same, said of what might as well have been a film.
    var ofFilms: any Error {
        let message: String
        switch self {
        case .notAPicture(let name):
            message = "\(name) is neither a picture nor a film, or of a format that is not known here."
        case .foreign(let name, let format) where !format.isPicture && format != .zeros:
            message = "\(name) is \(format.name), neither a picture nor a film."
        default: return self
        }
        return ReportError(
            code: .pictureNotAPicture, message: message,
            hint: "Give a picture, \(PictureFormat.list), or a film, \(FilmFile.kinds).")
    }
}
