package org.lvs4j.admin;

import static java.util.Objects.requireNonNull;

import java.util.List;
import org.lvs4j.ConfigurationChange;
import org.lvs4j.Director;
import org.lvs4j.ServiceEdit;
import org.lvs4j.service.ServiceKey;

/**
 * How the endpoint changes a director. An application whose director has further rules, such as a plane that has to listen
 * before a service is added, implements it. One thread of the endpoint calls it. Drains are asked of the director itself.
 */
public interface AdminControl {
    /** Changes a director, and nothing else. */
    static AdminControl of(Director director) {
        requireNonNull(director, "director");
        return new AdminControl() {
            @Override
            public <E extends Exception> List<ConfigurationChange> change(ServiceKey key, ServiceEdit<E> edit)
                    throws E {
                return director.change(key, edit);
            }
        };
    }

    /**
     * Makes a service what an edit makes of it, as {@link Director#change} does: all or nothing.
     *
     * @return the changes that were made, in order
     * @throws E thrown by the edit; then nothing has changed
     * @throws org.lvs4j.DirectorException if the director refuses a change; then nothing has changed. Status 404, 409 or 422
     * @throws AdminException if something else refuses it; then nothing has changed. Status 422
     * @throws IllegalStateException if nothing can be changed any more. Status 503
     */
    <E extends Exception> List<ConfigurationChange> change(ServiceKey key, ServiceEdit<E> edit) throws E;

    /**
     * Reads the configuration again where it is stored, and applies it.
     *
     * @return what has changed, for people, one change a line
     * @throws AdminException if it is refused; then nothing has changed. Status 422
     * @throws UnsupportedOperationException if it is stored nowhere, as by default. Status 501
     */
    default List<String> reload() {
        throw new UnsupportedOperationException("this director reads no configuration");
    }

    /**
     * Whether {@link #reload} may succeed, so that a page offers it to a person. Not by default: whatever implements the one
     * implements the other.
     */
    default boolean canReload() {
        return false;
    }
}
