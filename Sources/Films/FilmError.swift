import Pictures
import Wire

/// Why a film could not be read, written or measured. `film` is the path or name that the caller gave.
package enum FilmError: Error, Sendable, Equatable {
    /// Too small for optical flow, or for the network that paints; nil of frames that are no film's.
    case frameTooSmall(film: String?, size: PixelSize, least: Int)
    /// Neither a fraction nor a decimal number of frames a second within what is allowed.
    case notAFrameRate(text: String)
    /// The operating system's sentence.
    case unreadable(film: String, reason: String)
    case notWritten(film: String, reason: String)
    /// The first bytes are not those of YUV4MPEG2.
    case notY4M(film: String)
    /// A field of the header, as it stands there, and what is wrong with it.
    case badHeader(film: String, field: String, reason: String)
    /// What should be a film is a picture.
    case picture(film: String)
    /// A kind of YUV4MPEG2 that is not read.
    case unsupported(film: String, reason: String)
    /// Of a container that is not given to ffmpeg.
    case otherContainer(film: String)
    /// That are not brought to an ordinary picture's.
    case otherColours(film: String, kind: String)
    /// Frames that are pictures have one size: that of the first.
    case frameOfAnotherSize(film: String, frame: String, size: PixelSize, first: PixelSize)
    case frameTooLarge(film: String, size: PixelSize, limit: Int)
    /// Frames are counted from 0 here, and from 1 in words.
    case badFrame(film: String, frame: Int, reason: String)
    case truncated(film: String, frame: Int)
    /// It ends before what says where its frames are.
    case cutOff(film: String)
    /// A file that should hold a flow.
    case notAFlow(file: String, reason: String)
    /// ffmpeg is not installed.
    case programMissing(film: String)
    case encoderMissing(film: String)
    /// What the program said, or what became of it.
    case programFailed(film: String, program: String, words: String)
    /// What became of a program for no fault of the film: it was killed, could not be started, or did nothing.
    case programStopped(film: String, program: String, how: String)
    /// What the program said that was to put the painted film together, or what became of it.
    case notEncoded(film: String, words: String)
    /// There is no stream of pictures, or none that is known.
    case noPictures(film: String)
    /// More than so many frames.
    case tooLong(film: String, frames: Int)
    case cancelled
}

extension FilmError {
    /// Whether a frame is at fault, and not those before it.
    var isOfOneFrame: Bool {
        switch self {
        case .truncated, .badFrame: true
        default: false
        }
    }

    /// Whether the disk was full, by what the operating system or a program said.
    package var isDiskFull: Bool {
        switch self {
        case .notEncoded(_, let words), .notWritten(_, let words):
            FullDisk.isMeant(by: words)
        default: false
        }
    }

    /// Whether the film would do with another ffmpeg.
    package var isOfTheProgram: Bool {
        if case .programFailed(_, _, let words) = self { words.contains(HighDynamicRange.isMissing) } else { false }
    }
}

extension FilmError: CustomStringConvertible {
    package var description: String { "\(message) \(hint)" }

    /// What failed, on which film.
    package var message: String {
        switch self {
        case .frameTooSmall(let film, let size, let least):
            "\(film.map { "\($0): frames" } ?? "Frames") of \(size.width) × \(size.height) pixels are too small: the least "
                + "side is \(least)."
        case .notAFrameRate(let text): "\"\(text)\" is no frame rate."
        case .unreadable(let film, let reason): "\(film) cannot be read: \(reason)."
        case .notWritten(let film, let reason): "\(film) cannot be written: \(reason)."
        case .notY4M(let film): "\(film) is no YUV4MPEG2 film."
        case .badHeader(let film, let field, let reason): "\(film) has a bad header: \"\(field)\" \(reason)."
        case .picture(let film): "\(film) is a picture, and no film."
        case .unsupported(let film, let reason): "\(film) is of a kind that is not supported: \(reason)."
        case .otherContainer(let film):
            "\(film) is of a kind that is not supported: its container is none of "
                + "\(FFmpeg.containers.dropLast().joined(separator: ", ")) and \(FFmpeg.containers.last!)."
        case .otherColours(let film, let kind):
            "\(film) is of a kind that is not supported: its colours are of \(kind)."
        case .frameOfAnotherSize(let film, let frame, let size, let first):
            "\(frame) has \(size.width) × \(size.height) pixels, and \(film), the first frame of its film, "
                + "\(first.width) × \(first.height)."
        case .frameTooLarge(let film, let size, let limit):
            "\(film) has frames of \(size.width) × \(size.height) pixels; the limit is \(limit) in all."
        case .badFrame(let film, let frame, let reason): "Frame \(frame + 1) of \(film) is damaged: \(reason)."
        case .notAFlow(let file, let reason): "\(file) holds no flow: \(reason)."
        case .truncated(let film, let frame): "\(film) is cut off within frame \(frame + 1)."
        case .cutOff(let film): "\(film) is cut off: it ends before it says where its frames are."
        case .programMissing(let film):
            "\(film) is a compressed film, and ffmpeg, which reads and writes them, is not installed."
        case .encoderMissing(let film):
            "\(film) is to become an MP4 file, and ffmpeg, which makes them, is not installed."
        case .programFailed(let film, let program, let words): "\(program) gives up \(film): \(words)."
        case .programStopped(let film, let program, let how): "\(program) stopped over \(film): \(how)."
        case .notEncoded(let film, let words): "The painted \(film) cannot be put together: \(words)."
        case .noPictures(let film): "\(film) has no pictures that can be played."
        case .tooLong(let film, let frames): "\(film) has more than \(frames) frames."
        case .cancelled: "The film was cancelled."
        }
    }

    /// What to do next.
    package var hint: String {
        switch self {
        case .frameTooSmall: "Enlarge the film, or ask for `upscale` and a larger `size`."
        case .notAFrameRate: "Give frames a second as 25, 29.97 or 30000/1001, up to \(FrameRate.most)."
        case .unreadable: "Check the path, the file's permissions and the disk."
        case .notWritten: "Check the folder's permissions and the space on the disk."
        case .notY4M: "Convert it: ffmpeg -i FILM -pix_fmt yuv420p FILM.y4m."
        case .picture: "Give a film: \(FilmFile.kinds)."
        case .badHeader, .badFrame, .truncated, .cutOff, .notAFlow: "Make it anew from its source."
        case .unsupported: "Convert it: ffmpeg -i FILM -vf yadif=deint=interlaced -pix_fmt yuv420p FILM.y4m."
        case .otherContainer:
            "Put it into another, pictures and sound as they are: "
                + "ffmpeg -fflags +genpts -i FILM -map 0:v:0 -map '0:a?' -c copy FILM.mkv."
        case .otherColours: "Convert it to the colours of BT.709 with the program that it came from."
        case .frameOfAnotherSize: "Give frames of one size, or each picture a job of its own."
        case .frameTooLarge: "Scale it down."
        case .programMissing: "Run `sudo apt-get install ffmpeg`, or give a film in YUV4MPEG2 (.y4m)."
        case .encoderMissing: "Run `sudo apt-get install ffmpeg`, or ask for the `filmFormat` `y4m`."
        case .notEncoded:
            "Look at the disk and the memory, then queue it again: painted frames are kept while it is tried."
        case .programStopped: "Look at the memory and the disk, then try again."
        case .programFailed where isOfTheProgram:
            "Install an ffmpeg that has the library zimg, as Debian's does, or convert it to an ordinary range and the colours of BT.709 elsewhere."
        case .programFailed, .noPictures: "Look whether a player shows it to its end, and make it anew from its source."
        case .tooLong: "Cut it into pieces."
        case .cancelled: "`limner retry` queues it again."
        }
    }
}
