import Parsing
import Wire

extension PictureFormat {
    /// What to do for all frames of a picture that moves, once the first of them is not enough.
    ///
    /// - Parameter name: of the file, as it is typed.
    func filming(_ name: String) -> String {
        let name = name.shellWord
        return self == .webp
            ? "for all of them, part it with ImageMagick (mkdir -p FRAMES && convert \(name) -coalesce FRAMES/%04d.png) and paint 'FRAMES/*.png' with --frame-rate"
            : "for all of them, make a film of it: ffmpeg -i \(name) -c:v ffv1 FILM.mkv"
    }
}

extension InputFacts {
    /// What was left out of a picture that moves, in a sentence; nil of any other.
    ///
    /// - Parameter kind: of the job; only paintings are made of films, too.
    func stillness(in kind: JobKind?) -> String? {
        guard animated == true, let format else { return nil }
        let words = "\(path) moves, and its first frame alone was taken"
        return kind == .stylize && role == .picture ? "\(words); \(format.filming(path))" : words
    }
}
