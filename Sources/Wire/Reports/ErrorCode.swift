/// Why a job, a request or a file was refused or failed. The raw values are a contract: scripts compare them.
/// The manual's page of errors lists each with its meaning and hint.
package enum ErrorCode: String, Codable, Sendable, Hashable, CaseIterable {
    case pictureMissing = "picture-missing"
    case pictureUnreadable = "picture-unreadable"
    case pictureEmpty = "picture-empty"
    case pictureNotAPicture = "picture-not-a-picture"
    case pictureTruncated = "picture-truncated"
    case pictureCorrupt = "picture-corrupt"
    case pictureUnsupported = "picture-unsupported"
    case pictureTooLarge = "picture-too-large"
    case ffmpegMissing = "ffmpeg-missing"
    case ffmpegStopped = "ffmpeg-stopped"
    case noFace = "no-face"
    case severalFaces = "several-faces"
    case qualityTooLow = "quality-too-low"
    case enrollmentDoubtful = "enrollment-doubtful"
    case tooFewPeople = "too-few-people"
    case personUnknown = "person-unknown"
    case faceUnknown = "face-unknown"
    case nothingToUndo = "nothing-to-undo"
    case promiseUnmeasurable = "promise-unmeasurable"
    case galleryEmpty = "gallery-empty"
    case galleryUnusable = "gallery-unusable"
    case galleryLocked = "gallery-locked"
    case templateModelMismatch = "template-model-mismatch"
    case styleUnknown = "style-unknown"
    case styleInvalid = "style-invalid"
    case paintingRuined = "painting-ruined"
    case optionInvalid = "option-invalid"
    case manifestInvalid = "manifest-invalid"
    case manifestUnknownKey = "manifest-unknown-key"
    case manifestPathInvalid = "manifest-path-invalid"
    case manifestPictureMissing = "manifest-picture-missing"
    case folderUnknown = "folder-unknown"
    case nameInvalid = "name-invalid"
    case notARegularFile = "not-a-regular-file"
    case modelMissing = "model-missing"
    case modelUnreadable = "model-unreadable"
    case modelCorrupt = "model-corrupt"
    case modelUnsupported = "model-unsupported"
    case workerCrashed = "worker-crashed"
    case workerTimedOut = "worker-timed-out"
    case workerOutOfMemory = "worker-out-of-memory"
    case tooLittleMemory = "too-little-memory"
    case diskFull = "disk-full"
    case outputFailed = "output-failed"
    case cancelled = "cancelled"
    case `internal` = "internal"

    /// Whether another attempt may end differently with the same files. A job that fails otherwise goes to quarantine at once.
    package var isRetried: Bool {
        switch self {
        case .galleryUnusable, .galleryLocked, .ffmpegStopped, .workerCrashed, .workerTimedOut, .workerOutOfMemory,
            .diskFull, .outputFailed, .internal:
            true
        case .pictureMissing, .pictureUnreadable, .pictureEmpty, .pictureNotAPicture, .pictureTruncated,
            .pictureCorrupt, .pictureUnsupported, .pictureTooLarge, .ffmpegMissing, .noFace, .severalFaces,
            .qualityTooLow,
            .enrollmentDoubtful, .tooFewPeople,
            .personUnknown, .faceUnknown, .nothingToUndo, .promiseUnmeasurable, .galleryEmpty, .templateModelMismatch,
            .styleUnknown,
            .styleInvalid, .paintingRuined, .optionInvalid,
            .manifestInvalid,
            .manifestUnknownKey, .manifestPathInvalid, .manifestPictureMissing, .folderUnknown, .nameInvalid,
            .notARegularFile, .modelMissing, .modelUnreadable, .modelCorrupt, .modelUnsupported, .tooLittleMemory,
            .cancelled:
            false
        }
    }

    /// What happened, in one sentence.
    package var meaning: String {
        switch self {
        case .pictureMissing: "The picture is not at its path."
        case .pictureUnreadable: "The file exists but may not or cannot be read."
        case .pictureEmpty: "The file has no bytes."
        case .pictureNotAPicture: "The first bytes are of no picture, or of a format that is not known."
        case .pictureTruncated: "The file ends before the picture does."
        case .pictureCorrupt: "The decoder found broken data inside the file."
        case .pictureUnsupported: "A picture of a format or variety that is not decoded."
        case .pictureTooLarge:
            "More pixels or bytes than `intake.maxPixels`, `intake.maxBytes` or `intake.maxFilmBytes` allow."
        case .ffmpegMissing: "The film is read or written by ffmpeg, which is not installed."
        case .ffmpegStopped: "ffmpeg was killed, could not be started, or did nothing for a minute."
        case .noFace: "No face was found where one is needed."
        case .severalFaces: "More than one face where exactly one is needed."
        case .qualityTooLow: "The face can hardly be told from others': it was not enrolled."
        case .enrollmentDoubtful:
            "The face is somebody else's by the gallery, or unlike the person's: it was not enrolled."
        case .tooFewPeople: "Of too few people there are enough usable photographs to measure or learn anything."
        case .personUnknown: "The gallery holds nobody of that name."
        case .faceUnknown: "The gallery does not remember that face of the job, or knows whose it is."
        case .nothingToUndo: "No change of the gallery is left that could be taken back."
        case .promiseUnmeasurable: "So small a `fpir` cannot be measured with the strangers that are known."
        case .galleryEmpty: "The gallery holds no template of the model in use."
        case .galleryUnusable: "The gallery's file is damaged, of a newer version, or may not be opened."
        case .galleryLocked: "The gallery's templates are sealed, and the key is missing or another."
        case .templateModelMismatch: "Templates of different models were about to be compared."
        case .styleUnknown: "No style of that name in `styles/`, and none is built in."
        case .styleInvalid: "The style's folder, picture or `style.json` cannot be used."
        case .paintingRuined:
            "The painting came out blank, as noise or without its content, also at the second try: it was not handed out."
        case .optionInvalid: "An option has the wrong type or is out of its range."
        case .manifestInvalid: "The manifest is not JSON, or lacks or mistypes a key."
        case .manifestUnknownKey: "The manifest has a key that nothing reads."
        case .manifestPathInvalid: "A path is absolute, empty, leaves the inbox or passes through a symbolic link."
        case .manifestPictureMissing: "A picture of the manifest did not arrive within `intake.manifestWait`."
        case .folderUnknown: "The file lies in a part of the inbox that means nothing."
        case .nameInvalid: "A person's or style's name cannot be used."
        case .notARegularFile: "A symbolic link, FIFO, socket or device was dropped; it was not opened."
        case .modelMissing: "A model that the job needs is not in the model store."
        case .modelUnreadable: "A model's file, or the folder of models, may not be read."
        case .modelUnsupported: "A model's file that is to be imported may be sound, but is of a kind that is not read."
        case .modelCorrupt: "A model's file does not have the hash or the form that it should."
        case .workerCrashed: "The worker process died during the attempt."
        case .workerTimedOut: "The attempt took longer than its time-out and the worker was killed."
        case .workerOutOfMemory: "The worker ran into its memory limit."
        case .tooLittleMemory: "The job needs more memory at its smallest than a worker can have: it was not begun."
        case .diskFull: "No space was left for outputs, the report or the database."
        case .outputFailed: "An output could not be written for another reason than space."
        case .cancelled: "The job was cancelled."
        case .internal: "Limner broke a promise of its own."
        }
    }

    /// What to do next when nothing more specific is known.
    package var hint: String {
        switch self {
        case .pictureMissing: "Drop the picture again."
        case .pictureUnreadable: "Make the file readable for the user that runs `limnerd`, then `limner retry` the job."
        case .pictureEmpty: "Copy the picture again; write it aside and rename it when it is whole."
        case .pictureNotAPicture: "Give a picture: JPEG, PNG, WebP, TIFF, HEIC, AVIF, GIF, BMP, PGM or PPM."
        case .pictureTruncated: "Copy the picture again; write it aside and rename it when it is whole."
        case .pictureCorrupt: "Open the picture in an editor and save it anew."
        case .pictureUnsupported: "Convert the picture to JPEG, PNG or TIFF."
        case .pictureTooLarge:
            "Scale it down, or raise `intake.maxPixels`, `intake.maxBytes` or, of a film, `intake.maxFilmBytes`."
        case .ffmpegMissing:
            "Run `sudo apt-get install ffmpeg`; without it, films are `.y4m` files painted with `filmFormat`: `y4m`."
        case .ffmpegStopped: "Look at the memory and the disk, then `limner retry` the job."
        case .noFace: "Choose a photograph with the face larger, sharper and nearer to frontal."
        case .severalFaces: "Crop the photograph to one person."
        case .qualityTooLow: "Choose a sharper or larger photograph, or lower `faces.minimumQuality`."
        case .enrollmentDoubtful: "Look at the photograph; if it is right, enrol it with the option `doubts`: `accept`."
        case .tooFewPeople: "Give a folder for each person, with two usable photographs or more: `DIR/<person>/*.jpg`."
        case .personUnknown: "See `limner gallery list`; enrol with a picture in `inbox/enroll/<person>/`."
        case .faceUnknown: "Look up the number in the job's report, or drop the picture again."
        case .nothingToUndo: "See `faces.undo`."
        case .promiseUnmeasurable: "Ask for a larger `fpir`, or give a `threshold`."
        case .galleryEmpty: "Enrol somebody first: a picture in `inbox/enroll/<person>/`."
        case .galleryUnusable:
            "See `limner doctor`; if the file is damaged, move it away and `limner gallery import` an export."
        case .galleryLocked:
            "Name the file that they were sealed with in `faces.keyFile`, readable for the user that runs `limnerd`; without it they are lost."
        case .templateModelMismatch: "Enrol the person again with the model in use."
        case .styleUnknown: "See `limner styles list`, or put a picture into `styles/`."
        case .styleInvalid: "Correct the style's folder; the message names the file and key."
        case .paintingRuined: "Leave the weights and learningRate as they come, or take another style or size."
        case .optionInvalid: "Correct the option; the message gives its range."
        case .manifestInvalid: "Correct the manifest at the line given and drop it again."
        case .manifestUnknownKey: "Rename or remove the key; where a known one is near, the message names it."
        case .manifestPathInvalid: "Give a path relative to the manifest that stays inside the inbox."
        case .manifestPictureMissing: "Drop the picture, then the manifest again, or raise `intake.manifestWait`."
        case .folderUnknown: "Use \(JobKind.folders)."
        case .nameInvalid:
            "Rename: no slash, control character, leading dot, or edge space; 128 bytes at most; no = and no picture's ending in that of a new style."
        case .notARegularFile: "Drop the file itself."
        case .modelMissing:
            "Run `limner-fetch-models` (from the source: `deploy/fetch-models`), or `limner models import FILE`."
        case .modelUnreadable:
            "Make it readable for the user that runs `limnerd`, or the command: `chmod -R a+rX` of the folder of models, and `a+x` of those above it."
        case .modelUnsupported: "Export it in another way; the message names what is not supported."
        case .modelCorrupt:
            "Run `limner models verify`, remove the model it names, then run `limner-fetch-models` (from the source: `deploy/fetch-models`)."
        case .workerCrashed: "Read the worker's last words in the quarantine folder; `limner retry` tries again."
        case .workerTimedOut: "Ask for fewer iterations or a smaller size, or raise the kind's `timeouts` setting."
        case .workerOutOfMemory: "Ask for a smaller size, or raise `workers.memoryLimitMB`."
        case .tooLittleMemory: "Scale its pictures down, or raise `workers.memoryLimitMB`."
        case .diskFull: "Free some space: a job of the daemon goes on by itself, a command is to be given again."
        case .outputFailed: "Check the permissions of the outbox, then `limner retry` the job."
        case .cancelled: "`limner retry` queues it again."
        case .internal: "Report this with the job's report and the daemon's log."
        }
    }
}

/// A failure as the user meets it, in reports, HTTP answers and the CLI.
package struct ReportError: Error, Codable, Sendable, Equatable {
    package var code: ErrorCode
    /// What failed, on which input.
    package var message: String
    /// What to do next.
    package var hint: String

    package init(code: ErrorCode, message: String, hint: String? = nil) {
        self.code = code
        self.message = message
        self.hint = hint ?? code.hint
    }
}
