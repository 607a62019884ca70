import Parsing

/// How steady painted films are beside each other and beside their source.
package struct FilmComparison: Codable, Sendable, Equatable {
    /// One film.
    package struct Measured: Codable, Sendable, Equatable {
        /// As the user calls it.
        package var film: String
        /// Mean squared difference of neighbouring frames where the source shows the same (Lai 2018), of colours in 0…1.
        package var flicker: Double?
        /// The same of frames that are ten apart.
        package var drift: Double?
        /// How much of the way from the source to the style the frames have gone: 0 none, or a flat colour; 1 all. Absent
        /// where no style was given.
        package var style: Double?

        package init(film: String, flicker: Double?, drift: Double?, style: Double?) {
            self.film = film
            self.flicker = flicker
            self.drift = drift
            self.style = style
        }
    }

    package var frames: Int
    /// Pairs of neighbours that were compared, and of frames that are ten apart; those across a cut are none.
    package var neighbours: Int
    package var distant: Int
    /// The source, below whose errors no painting falls without smearing; then the films.
    package var films: [Measured]

    package init(frames: Int, neighbours: Int, distant: Int, films: [Measured]) {
        self.frames = frames
        self.neighbours = neighbours
        self.distant = distant
        self.films = films
    }
}

/// Compares painted films by the flow of their source; answered by ``WorkerMessage/film(_:)``.
package struct FilmRequest: Codable, Sendable, Equatable {
    package var token: WorkerToken
    /// The film that was painted: its file, or the pictures that are its frames.
    package var source: [InputPicture]
    /// Paintings of it.
    package var films: [[InputPicture]]
    /// The style picture that they are measured by.
    package var style: InputPicture?
    package var limits: PictureLimits

    package init(
        token: WorkerToken, source: [InputPicture], films: [[InputPicture]], style: InputPicture?,
        limits: PictureLimits
    ) {
        self.token = token
        self.source = source
        self.films = films
        self.style = style
        self.limits = limits
    }
}

package struct FilmAnswer: Codable, Sendable, Equatable {
    package var token: WorkerToken
    package var comparison: FilmComparison

    package init(token: WorkerToken, comparison: FilmComparison) {
        self.token = token
        self.comparison = comparison
    }
}
