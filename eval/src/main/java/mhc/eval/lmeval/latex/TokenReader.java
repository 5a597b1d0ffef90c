package mhc.eval.lmeval.latex;

import mhc.eval.lmeval.latex.Token.Kind;

/** A place among the tokens of a text, which moves on and may be set back. */
abstract class TokenReader {
    private final Lexer lexer;

    /** Index of the next token. */
    int position;

    TokenReader(String text) {
        this.lexer = new Lexer(text);
    }

    final Token peek() throws LatexException {
        return ahead(0);
    }

    /** The token that many places behind the next one. */
    final Token ahead(int places) throws LatexException {
        return lexer.at(position + places);
    }

    final Token take() throws LatexException {
        return lexer.at(position++);
    }

    final boolean sees(Kind kind) throws LatexException {
        return peek().kind() == kind;
    }

    final boolean sees(int places, Kind kind) throws LatexException {
        return ahead(places).kind() == kind;
    }

    final boolean accept(Kind kind) throws LatexException {
        boolean seen = sees(kind);
        position += seen ? 1 : 0;
        return seen;
    }

    final Token expect(Kind kind) throws LatexException {
        if (!sees(kind)) {
            throw new LatexException("expected " + kind + ", not " + peek());
        }
        return take();
    }
}
