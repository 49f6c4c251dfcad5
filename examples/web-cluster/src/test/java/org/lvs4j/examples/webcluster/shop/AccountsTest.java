package org.lvs4j.examples.webcluster.shop;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.lvs4j.examples.webcluster.storage.Database;
import org.lvs4j.examples.webcluster.storage.DatabaseFixture;

class AccountsTest {
    private final Database database = DatabaseFixture.open();
    private final Accounts accounts = new Accounts(database);

    @AfterEach
    void close() {
        database.close();
    }

    @Test
    void signIn_rightPasswordOtherCase_accountWithItsName() {
        Account ann = accounts.signUp("Änn Lee", "long enough").orElseThrow();

        assertThat(accounts.signIn("änn LEE", "long enough")).contains(ann);
    }

    @Test
    void signIn_wrongPasswordOrName_empty() {
        accounts.signUp("Ann", "long enough");

        assertThat(accounts.signIn("Ann", "Long enough")).isEmpty();
        assertThat(accounts.signIn("Bob", "long enough")).isEmpty();
        assertThat(accounts.signIn("\0", "long enough")).isEmpty();
        assertThat(accounts.signIn("x".repeat(5000), "long enough")).isEmpty();
    }

    @Test
    void signUp_takenInOtherCase_empty() {
        accounts.signUp("Ann", "long enough");

        assertThat(accounts.signUp("aNN", "another one")).isEmpty();
    }

    @Test
    void hash_samePasswordTwice_differs() {
        assertThat(Passwords.hash("long enough"))
                .startsWith("pbkdf2:20000:")
                .isNotEqualTo(Passwords.hash("long enough"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " Ann",
                "<b>",
                "a\nb",
                "-a",
                "0123456789012345678901234567890",
                "𠀀𠀀𠀀𠀀𠀀𠀀𠀀𠀀𠀀𠀀𠀀𠀀𠀀𠀀𠀀𠀀"
            })
    void problem_invalidName_said(String name) {
        assertThat(Accounts.problem(name, "long enough")).startsWith("A name has");
    }

    @Test
    void problem_shortOrLongPassword_said() {
        assertThat(Accounts.problem("Ann", "1234567")).startsWith("A password has");
        assertThat(Accounts.problem("Ann", "x".repeat(201))).startsWith("A password has");
        assertThat(Accounts.problem("Ann", "12345678")).isNull();
    }
}
