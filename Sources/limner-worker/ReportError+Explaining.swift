import Faces
import Films
import Foundation
import Gallery
import ModelFiles
import Nets
import Pictures
import Styles
import Wire

extension ReportError {
    /// The code, message and hint of any error that a request can end with. What no case foresees is a fault of Limner's
    /// own and keeps its own words.
    init(explaining error: any Error) {
        switch error {
        case let error as ReportError: self = error
        case let error as PictureError: self.init(error)
        case let error as FaceError: self.init(error)
        case let error as GalleryError: self.init(error)
        case let error as StyleError: self.init(error)
        case let error as ModelFileError: self.init(error)
        case let error as FilmError: self.init(error)
        case let error as ManifestError:
            let mistakes = error.mistakes.map(\.sentence).joined(separator: "; ")
            self.init(code: error.mistakes[0].code, message: "The options cannot be used: \(mistakes)".ended)
        default: self.init(code: .internal, message: "\(error)")
        }
    }

    private init(_ error: PictureError) {
        let code: ErrorCode =
            switch error {
            case .missing: .pictureMissing
            case .notARegularFile: .notARegularFile
            case .unreadable: .pictureUnreadable
            case .empty: .pictureEmpty
            case .notAPicture: .pictureNotAPicture
            case .foreign(_, let format): format.isPicture ? .pictureUnsupported : .pictureNotAPicture
            case .truncated: .pictureTruncated
            case .corrupt: .pictureCorrupt
            case .unsupported, .tooManyScans: .pictureUnsupported
            case .tooManyPixels, .sideTooLong, .tooManyBytes: .pictureTooLarge
            case .outOfMemory: .workerOutOfMemory
            case .notEncoded: .outputFailed
            }
        self.init(code: code, message: error.message, hint: error.hint)
    }

    private init(_ error: FaceError) {
        let code: ErrorCode =
            switch error {
            case .noFace, .landmarksCollapsed, .templateWorthless: .noFace
            case .severalFaces: .severalFaces
            case .qualityTooLow: .qualityTooLow
            case .noPhotographs: .pictureMissing
            case .tooFewPeople, .tooFewPeopleToLearn: .tooFewPeople
            case .learningCollapsed: .optionInvalid
            case .modelUnfit: .modelCorrupt
            }
        self.init(code: code, message: error.message.sentence, hint: error.hint.sentence)
    }

    private init(_ error: StyleError) {
        let code: ErrorCode =
            switch error {
            case .styleUnknown: .styleUnknown
            case .styleNameInvalid: .nameInvalid
            case .recipeUnreadable, .recipeMalformed, .recipeInvalid, .learnedUnusable, .importedUnusable:
                .styleInvalid
            case .notAStyleNetwork: .modelUnsupported
            case .optionInvalid, .optionsInvalid, .networkUnfit, .layerUnknown, .layerUncompared, .layerWithoutStyle,
                .numberedStyleUnknown,
                .numberedNeedsOnePass:
                .optionInvalid
            case .pictureTooSmall: .pictureUnsupported
            case .diverged: .optionInvalid
            case .ruined, .nothingJudged: .paintingRuined
            case .checkpointUnusable: .internal
            case .cancelled: .cancelled
            }
        self.init(code: code, message: "\(error)", hint: error.hint)
    }

    private init(_ error: FilmError) {
        let code: ErrorCode =
            switch error {
            case .frameTooSmall, .frameOfAnotherSize, .picture, .unsupported, .otherContainer, .otherColours,
                .noPictures:
                .pictureUnsupported
            case .notAFrameRate: .optionInvalid
            case .unreadable: .pictureUnreadable
            case .notWritten, .notEncoded: error.isDiskFull ? .diskFull : .outputFailed
            case .notY4M, .notAFlow: .pictureNotAPicture
            case .programFailed where error.isOfTheProgram: .ffmpegMissing
            case .badHeader, .badFrame, .programFailed: .pictureCorrupt
            case .truncated, .cutOff: .pictureTruncated
            case .frameTooLarge, .tooLong: .pictureTooLarge
            case .programMissing, .encoderMissing: .ffmpegMissing
            case .programStopped: .ffmpegStopped
            case .cancelled: .cancelled
            }
        self.init(code: code, message: error.message, hint: error.hint)
    }

    private init(_ error: ModelFileError) {
        let code: ErrorCode =
            switch error {
            case .missing, .unknownModel, .otherBase: .modelMissing
            case .forbidden: .modelUnreadable
            case .outOfMemory: .workerOutOfMemory
            case .system where error.isOfWriting: error.isDiskFull ? .diskFull : .outputFailed
            case _ where error.isOfSupport: .modelUnsupported
            case .system, .wrongHash, .unknownFormat, .malformed, .unsupportedGraph, .unexpectedContents,
                .unknownContents, .outdated:
                .modelCorrupt
            // The worker asks for the right use and the layers that it checked before.
            case .wrongUse, .unknownLayer, .checkpointUnusable: .internal
            }
        self.init(code: code, message: "\(error)".sentence)
    }
}

extension String {
    /// With a capital first letter and a full stop.
    fileprivate var sentence: String {
        let capital = prefix(1).uppercased() + dropFirst()
        return capital.last.map { ".?!".contains($0) } == true ? capital : capital + "."
    }
}
