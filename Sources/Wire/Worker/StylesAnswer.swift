/// The styles that a job could name: those of the styles folder by name, then the built-in ones by number.
package struct StylesAnswer: Codable, Sendable, Equatable {
    package var token: WorkerToken
    package var styles: [StyleFacts]

    package init(token: WorkerToken, styles: [StyleFacts]) {
        self.token = token
        self.styles = styles
    }
}

/// What a style is, and what is wrong with it.
package struct StyleFacts: Codable, Sendable, Equatable {
    package enum Kind: String, Codable, Sendable, CaseIterable {
        /// A picture of the styles folder.
        case picture
        /// A folder with a `style.json`.
        case recipe
        /// Built in.
        case onePass = "one-pass"
    }

    /// One of the style's pictures.
    package struct Picture: Codable, Sendable, Equatable {
        /// Below the styles folder.
        package var path: String
        /// Share within the style.
        package var weight: Double
        /// Pixels, upright; absent where the file cannot be used.
        package var width: Int?
        package var height: Int?

        package init(path: String, weight: Double, width: Int? = nil, height: Int? = nil) {
            self.path = path
            self.weight = weight
            self.width = width
            self.height = height
        }
    }

    /// One of the built-in styles that a style is blended of.
    package struct Part: Codable, Sendable, Equatable {
        package var name: String
        package var weight: Double

        package init(name: String, weight: Double) {
            self.name = name
            self.weight = weight
        }
    }

    package var name: String
    /// The name by number of a built-in style.
    package var alias: String?
    package var kind: Kind
    /// A recipe's own title, or what a built-in style looks like.
    package var title: String?
    package var pictures: [Picture] = []
    package var blend: [Part] = []
    /// What the recipe says.
    package var given = JobOptions()
    /// What a job that says nothing is painted with; absent where it would fail.
    package var options: JobOptions?
    /// Those of ``given`` that it does not look at, by key.
    package var ignored: [String] = []
    /// What a job reads of the style, below the styles folder.
    package var files: [String] = []
    /// What of the folder goes behind the style, in words; absent of most.
    package var note: String?
    /// Why a job that names the style would fail.
    package var error: ReportError?

    package init(name: String, alias: String? = nil, kind: Kind, title: String? = nil) {
        self.name = name
        self.alias = alias
        self.kind = kind
        self.title = title
    }
}

/// A sheet that was painted; it stands in the request's folder.
package struct SheetAnswer: Codable, Sendable, Equatable {
    /// A style's place on the sheet.
    package struct Cell: Codable, Sendable, Equatable {
        /// As it was named.
        package var style: String
        /// What stands there in place of a painting.
        package var error: ReportError?

        package init(style: String, error: ReportError? = nil) {
            self.style = style
            self.error = error
        }
    }

    package var token: WorkerToken
    package var input: InputFacts
    package var output: OutputFile
    package var width: Int
    package var height: Int
    /// Behind the picture itself, in the order of the sheet.
    package var cells: [Cell]
    package var models: [ModelFacts]

    package init(
        token: WorkerToken, input: InputFacts, output: OutputFile, width: Int, height: Int, cells: [Cell],
        models: [ModelFacts]
    ) {
        self.token = token
        self.input = input
        self.output = output
        self.width = width
        self.height = height
        self.cells = cells
        self.models = models
    }
}
